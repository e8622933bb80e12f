"""Provide the Grafana dashboard of the bridge."""

from importlib.resources import files


def dashboard() -> str:
    """Return the dashboard as JSON for import into Grafana."""
    return files("server_bridge.integrations").joinpath("grafana.json").read_text("utf-8")
