"""What the bridge measures of itself, for Prometheus. Nothing here tells of anybody, and every
label has few values: routes as they are written, methods, classes of answers."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from server_bridge.ingest.inbox import Taken

COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST"})

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each of ours, which nobody asks for


class Meters:
    """Counters of one process, from its start on."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        self._messages = Counter(
            "schoolgate_messages",
            "Messages of gates that were stored or set aside.",
            registry=registry,
        )
        self._records = Counter(
            "schoolgate_records",
            "Records of gates' ledgers that were new and are stored.",
            registry=registry,
        )
        self._receipts = Counter(
            "schoolgate_receipts", "Receipts made for gates after a commit.", registry=registry
        )
        self._commit = Histogram(
            "schoolgate_commit_seconds",
            "From messages in hand until they are committed, up to 64 at a time.",
            buckets=COMMIT_S,
            registry=registry,
        )
        self._requests = Histogram(
            "schoolgate_web_request_seconds",
            "From a request until the answer begins.",
            ["method", "route", "answer"],
            buckets=REQUEST_S,
            registry=registry,
        )
        self._pages = Gauge("schoolgate_open_pages", "Live pages that are open.", registry=registry)

    def took(self, taken: Taken, messages: int, seconds: float) -> None:
        """Messages have been taken and committed."""
        self._messages.inc(messages)
        self._records.inc(taken.new)
        self._receipts.inc(len(taken.receipts))
        self._commit.observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has been answered. `route` is the pattern, not the path; empty for none."""
        self._requests.labels(
            method if method in METHODS else "other", route or "none", f"{status // 100}xx"
        ).observe(seconds)

    def text(self, open_pages: int) -> bytes:
        """All of it, in Prometheus's text format."""
        self._pages.set(open_pages)
        return generate_latest(self.registry)
