"""Counting: what a list of outcomes or check results comes to, as an exit code and as one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnsym.proof.outcome import Outcome
    from bnsym.verify.emitted.generate import GeneratedFile
    from bnsym.verify.run import CheckResult

OK, FAILED, USAGE, UNKNOWN, INVALID = 0, 1, 2, 3, 4

EXIT_CODES = {
    OK: "all as expected",
    FAILED: "a claim has not the expected verdict, a step does not follow, or a check failed",
    USAGE: "wrong usage: a wrong call, a missing file, an unknown layer, a derivation that raises",
    UNKNOWN: "unknown: nothing failed, but something could not be decided",
    INVALID: "not valid: an invalid certificate, or a theorem that Coq does not accept",
}

_SEVERITY = (OK, UNKNOWN, USAGE, INVALID, FAILED)


def worst(codes: Iterable[int]) -> int:
    """The exit code of several parts: a failure first, then wrong usage, then unknown."""
    return max(codes, key=_SEVERITY.index, default=OK)


def outcome_code(outcome: Outcome) -> int:
    """0 as expected; 1 for another verdict, a step that does not follow, no certificate; 3 for unknown."""
    if outcome.broken or outcome.uncertified:
        return FAILED
    if outcome.as_expected:
        return OK
    return UNKNOWN if outcome.verdict == "unknown" else FAILED


def proof_code(outcomes: Iterable[Outcome]) -> int:
    """The exit code of `bnsym prove`."""
    return worst(map(outcome_code, outcomes))


def check_code(results: Iterable[CheckResult]) -> int:
    """The exit code of `bnsym verify`."""
    return OK if all(result.passed for result in results) else FAILED


def proof_line(outcomes: Sequence[Outcome]) -> str:
    """`N proved, M refuted as expected, K unknown`, and how many are not as expected, if any."""
    proved = sum(o.verdict == "proved" and o.as_expected for o in outcomes)
    refuted = sum(o.verdict == "refuted" and o.as_expected for o in outcomes)
    unknown = sum(o.verdict == "unknown" for o in outcomes)
    wrong = sum(not o.as_expected for o in outcomes)
    line = f"{proved} proved, {refuted} refuted as expected, {unknown} unknown"
    return f"{line}, {wrong} NOT as expected" if wrong else line


def check_line(results: Sequence[CheckResult]) -> str:
    """`N checks passed, M failed`."""
    failed = sum(not result.passed for result in results)
    return f"{len(results) - failed} checks passed, {failed} failed"


def file_line(files: Sequence[GeneratedFile]) -> str:
    """`N kernels written: names`, and how many of their theorems have no certificate, if any."""
    names = ", ".join(file.path.stem for file in files)
    bare = sum(len(file.uncertified) for file in files)
    line = f"{len(files)} {'kernel' if len(files) == 1 else 'kernels'} written: {names}"
    return f"{line}; {bare} of their theorems without a certificate" if bare else line


def outcome_trouble(outcomes: Iterable[Outcome]) -> list[str]:
    """What to tell about each outcome that is not as expected: where it stands, what it claims, why."""
    return [
        f"{o.file}:{o.line}: {o.derivation}: {o.name} is {o.verdict}, {contrast(o)}\n"
        + indent(f"claim: {o.statement}\n{grounds(o)}", "  ")
        for o in outcomes
        if outcome_code(o) != OK
    ]


def contrast(outcome: Outcome) -> str:
    """What was to be instead: another verdict, or a certificate."""
    return f"expected {outcome.expected}" if not outcome.as_expected else "but has no certificate"


def grounds(outcome: Outcome) -> str:
    """Why an outcome is what it is: the counterexample, the needs, or the failing step and what was tried."""
    if outcome.uncertified:
        return outcome.uncertified
    if outcome.witness:
        return f"witness: {outcome.witness}"
    if outcome.verdict == "proved":
        return f"it holds for every size; needs: {', '.join(outcome.needs) or 'nothing'}"
    return outcome.detail


def check_trouble(results: Iterable[CheckResult]) -> list[str]:
    """What to tell about each check that failed."""
    return [f"{r.kernel}: {r.check} failed: {r.detail}" for r in results if not r.passed]
