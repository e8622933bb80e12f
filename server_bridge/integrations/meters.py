"""Count and measure the bridge itself, for Prometheus and Grafana.

No metric is about a person, and every label has few values: routes as patterns, methods, classes of
status codes.
"""

from importlib.resources import files

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from server_bridge.ingest.inbox import InboxResult

COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST"})

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would add an unused series to each metric


class Meters:
    """The metrics of one process since its start."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        self._messages = Counter(
            "schoolgate_messages",
            "Messages of gates that were stored or kept as dead letters.",
            registry=registry,
        )
        self._records = Counter(
            "schoolgate_records",
            "New records of gates' ledgers that were stored.",
            registry=registry,
        )
        self._receipts = Counter(
            "schoolgate_receipts", "Receipts made for gates after a commit.", registry=registry
        )
        self._commit = Histogram(
            "schoolgate_commit_seconds",
            "Time to store and commit up to 64 messages.",
            buckets=COMMIT_S,
            registry=registry,
        )
        self._requests = Histogram(
            "schoolgate_web_request_seconds",
            "Time from a request to the start of the response.",
            ["method", "route", "answer"],
            buckets=REQUEST_S,
            registry=registry,
        )
        self._pages = Gauge("schoolgate_open_pages", "Live pages that are open.", registry=registry)

    def record_commit(self, result: InboxResult, messages: int, seconds: float) -> None:
        """Count messages that were stored and committed."""
        self._messages.inc(messages)
        self._records.inc(result.new)
        self._receipts.inc(len(result.receipts))
        self._commit.observe(seconds)

    def record_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Measure an answered request; `route` is the pattern, not the path, or empty for none."""
        self._requests.labels(
            method if method in METHODS else "other", route or "none", f"{status // 100}xx"
        ).observe(seconds)

    def text(self, open_pages: int) -> bytes:
        """Return all metrics in Prometheus's text format."""
        self._pages.set(open_pages)
        return generate_latest(self.registry)


def dashboard() -> str:
    """Return the Grafana dashboard of these metrics as JSON for import."""
    return files("server_bridge.integrations").joinpath("grafana.json").read_text("utf-8")
