"""Verdicts and what is reported of a theorem."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The three answers.  Unknown is never reported as refuted, nor a passing sample as proved."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Line:
    """One line of a proof as it is read: `relation term`, its reason, its number in the document."""

    relation: str
    term: str
    reason: str
    eq: str


@dataclass(frozen=True)
class Outcome:
    """One theorem's result.

    `needs` are the conditions under which it is proved; `witness` the counterexample in one line; `detail`
    what was tried where nothing was decided, or why the outcome is not as expected; `seconds` the time of
    the decision with all its steps; `steps` how many steps were checked; `file` and `line` where it stands
    (of the failing step, where one does not follow: then `broken`); `lines` a chain's lines, the start
    first; `definitions` what the statement's names stand for; `certificate` the file that was written for
    it, `uncertified` why none could be, where that was asked for.
    """

    derivation: str
    name: str
    statement: str
    verdict: Verdict
    expected: Verdict
    needs: tuple[str, ...]
    witness: str | None
    detail: str
    seconds: float
    steps: int
    file: str
    line: int
    source: str
    broken: bool = False
    lines: tuple[Line, ...] = ()
    definitions: tuple[str, ...] = ()
    certificate: str = ""
    uncertified: str = ""

    @property
    def as_expected(self) -> bool:
        """True when the verdict is the one that the derivation states."""
        return self.verdict is self.expected
