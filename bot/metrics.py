"""What can be measured while it runs, for Prometheus. One registry per running bot."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS_OF_A_CALL = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SECONDS_TO_A_LINK = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)


class Metrics:
    """The numbers, under the names that dashboards know."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.retrievals = Gauge(
            "sast_source_retrievals",
            "Retrievals that are kept, by state.",
            ["state"],
            registry=self.registry,
        )
        self.time_to_link = Histogram(
            "sast_source_time_to_link_seconds",
            "From the request to the first link in the thread.",
            buckets=_SECONDS_TO_A_LINK,
            registry=self.registry,
        )
        self._platform_calls = self._calls("platform", ["platform", "call", "outcome"])
        self._slack_calls = self._calls("slack", ["method", "outcome"])
        self._downloads = Counter(
            "sast_source_downloads",
            "Downloads through the bot's own link, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self._downloaded = Counter(
            "sast_source_downloaded_bytes",
            "Bytes sent through the bot's own links.",
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "sast_source_loop_lag_seconds",
            "How late the event loop was.",
            buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3),
            registry=self.registry,
        )

    def _calls(self, whom: str, labels: list[str]) -> Histogram:
        return Histogram(
            f"sast_source_{whom}_call_seconds",
            f"Calls to {whom}, by outcome.",
            labels,
            buckets=_SECONDS_OF_A_CALL,
            registry=self.registry,
        )

    def platform_call(self, platform: str, call: str, outcome: str, seconds: float) -> None:
        """Count a call to a platform."""
        self._platform_calls.labels(platform, call, outcome).observe(seconds)

    def slack_call(self, method: str, outcome: str, seconds: float) -> None:
        """Count a call to Slack."""
        self._slack_calls.labels(method, outcome).observe(seconds)

    def download(self, outcome: str, size_bytes: int) -> None:
        """Count a download."""
        self._downloads.labels(outcome).inc()
        self._downloaded.inc(size_bytes)
