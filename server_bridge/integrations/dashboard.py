"""The Grafana dashboard that we ship."""

from importlib.resources import files


def dashboard() -> str:
    """JSON, as Grafana imports it."""
    return files("server_bridge.integrations").joinpath("grafana.json").read_text("utf-8")
