"""The self-check's figures as OpenTelemetry gauges, exported where an endpoint is set; without one they cost nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from chassis.selfcheck.checks import Check


class Gauges:
    """Holds the last checks for the exporter to ask: `casetrail.selfcheck.findings` and `casetrail.selfcheck.figure`."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        meter = metrics.get_meter("casetrail")
        meter.create_observable_gauge(
            "casetrail.selfcheck.findings",
            [self.findings],
            description="what is wrong, by check; anything above 0 needs somebody",
        )
        meter.create_observable_gauge(
            "casetrail.selfcheck.figure", [self.figures], description="positions, lags and counts, by check and figure"
        )

    def __call__(self, checks: Sequence[Check]) -> None:
        """Take what was checked last."""
        self._checks.update((check.name, check) for check in checks)

    def findings(self, _: CallbackOptions) -> Iterable[Observation]:
        """How many findings each check has."""
        return [Observation(len(check.findings), {"check": check.name}) for check in self._checks.values()]

    def figures(self, _: CallbackOptions) -> Iterable[Observation]:
        """Every figure that is a number."""
        return [
            Observation(value, {"check": check.name, "figure": name})
            for check in self._checks.values()
            for name, value in check.figures.items()
            if isinstance(value, int)
        ]
