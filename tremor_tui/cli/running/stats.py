"""How many tests passed, failed and were left out, and how reports say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stats:
    """How many tests passed, failed and were left out, and the names of those that failed."""

    passed: int = 0
    fail: int = 0
    skip: int = 0
    failed: list[str] = field(default_factory=list)

    def count(self, name: str, is_pass: bool) -> None:
        """One more test."""
        if is_pass:
            self.passed += 1
        else:
            self.fail += 1
            self.failed.append(name)

    def add(self, other: Stats) -> None:
        """What others counted, too."""
        self.passed += other.passed
        self.fail += other.fail
        self.skip += other.skip
        self.failed += other.failed

    def plus(self, other: Stats) -> Stats:
        """The sums of both."""
        both = Stats()
        both.add(self)
        both.add(other)
        return both

    def as_record(self) -> dict[str, Any]:
        """As tremor's reports have it."""
        ran = self.passed + self.fail
        return {
            "pass": self.passed,
            "fail": self.fail,
            "skip": self.skip,
            "assert": ran,
            "failed_test_names": self.failed,
        }


def report_part(description: str, elements: object, stats: Stats, duration: int) -> dict[str, Any]:
    """A part of a report, as tremor's have it; `duration` in nanoseconds."""
    return {
        "description": description,
        "elements": elements,
        "stats": stats.as_record(),
        "duration": duration,
    }
