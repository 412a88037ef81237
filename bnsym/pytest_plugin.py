"""The pytest plugin: derivation scripts as test items; the fixtures `prove`, `refute` and `verify_backward`.

It is found by its entry point; `-p no:bnsym` leaves it out.  Pytest loads it in every run, so bnsym's own
modules, and SymPy with them, are imported only once a script is collected or a fixture is called.

Collected is what `bnsym.proof.recognize` tells to be a derivation script, whatever its name, if it is in
the files and folders that pytest was given.  A file that pytest takes for a test module stays one if it
defines tests.  In a folder, private files (`_*.py`) are left out, as `bnsym prove` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from bnsym.errors import BnsymError, UsageError

if TYPE_CHECKING:
    from bnsym.proof.derivation import Derivation
    from bnsym.proof.outcome import Outcome
    from bnsym.proof.prover import Decision
    from bnsym.proof.theorems import Theorem
    from bnsym.proof.witness import Witness
    from bnsym.verify.code.result import Verification

# -- the claims of derivation scripts -----------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """A derivation script is collected as one, in place of the test module that pytest may see in it."""
    found = yield
    others = [node for node in found if not isinstance(node, pytest.Module)]
    if not _is_script(file_path, parent.session, is_module=len(others) < len(found)):
        return found
    return [*others, Script.from_parent(parent, path=file_path)]


def _is_script(path: Path, session: pytest.Session, is_module: bool) -> bool:
    private = path.name.startswith("_") and not session.isinitpath(path)
    if path.suffix != ".py" or path.name == "conftest.py" or private:
        return False
    source = path.read_bytes()
    if b"bnsym" not in source:
        return False
    from bnsym.proof.recognize import defines_tests, makes_derivation

    try:
        return makes_derivation(source) and not (is_module and defines_tests(source))
    except (SyntaxError, ValueError):
        return b"Derivation" in source  # it cannot be run, only told of


class Script(pytest.File):
    """A derivation script; collecting it runs it."""

    def collect(self) -> Iterator[Claims]:
        """The derivations that the script makes."""
        from bnsym.proof.suite import load
        from bnsym.report.trouble import explain

        try:
            derivations = load(self.path)
        except (Exception, SystemExit) as error:
            told = explain(error)
            if told is None:
                raise
            raise self.CollectError(told.message) from None
        names = Counter[str]()
        for derivation in derivations:
            names[derivation.name] += 1
            number = names[derivation.name]
            name = derivation.name if number == 1 else f"{derivation.name}#{number}"
            yield Claims.from_parent(self, name=name, derivation=derivation)


class Claims(pytest.Collector):
    """A derivation: its claims, and what has come out of them so far."""

    def __init__(self, *, derivation: Derivation, **rest: Any) -> None:
        super().__init__(**rest)
        self.derivation = derivation
        self.decided: dict[str, Outcome] = {}

    def collect(self) -> Iterator[Claim]:
        """The claims, in the order of the derivation."""
        for theorem in self.derivation.theorems:
            yield Claim.from_parent(self, name=theorem.name, theorem=theorem)


class ClaimError(Exception):
    """A claim's outcome is not the one that its derivation expects: the text, its gist, the place."""

    def __init__(self, text: str, summary: str, file: str, line: int) -> None:
        super().__init__(text)
        self.summary = summary
        self.file = file
        self.line = line


class Claim(pytest.Item):
    """One claim; it passes if its verdict is the one that its derivation expects."""

    parent: Claims

    def __init__(self, *, theorem: Theorem, **rest: Any) -> None:
        super().__init__(**rest)
        self.theorem = theorem

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the theorem, and the name DERIVATION::THEOREM."""
        place = self.theorem.place
        return Path(place.file).absolute(), place.line - 1, f"{self.parent.name}::{self.name}"

    def runtest(self) -> None:
        """Decide the claim, after the earlier ones that its steps use."""
        from bnsym.report.summary import outcome_trouble

        try:
            outcome = self.parent.derivation.settle(self.theorem, self.parent.decided)
        except BnsymError as error:
            place = self.theorem.place
            where = (
                ""
                if place.file in str(error)
                else f"{place.file}:{place.line}: {self.parent.name}.{self.name}: "
            )
            raise ClaimError(f"{where}{error}", str(error), place.file, place.line) from None
        self._record(outcome)
        for text in outcome_trouble([outcome]):
            raise ClaimError(text, _gist(outcome, text), outcome.file, outcome.line)

    def _record(self, outcome: Outcome) -> None:
        """Put what was found into the report: the properties of a test case in JUnit's XML."""
        self.user_properties += [("claim", outcome.statement), ("verdict", str(outcome.verdict))]
        self.user_properties += [("needs", need) for need in outcome.needs]
        if outcome.witness:
            self.user_properties.append(("witness", outcome.witness))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The failing step, both sides and the counterexample, at the step's own place; no traceback."""
        if not isinstance(excinfo.value, ClaimError):
            return super().repr_failure(excinfo, style)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            shown.reprcrash.path, shown.reprcrash.lineno = excinfo.value.file, excinfo.value.line
            shown.reprcrash.message = excinfo.value.summary
        return shown


def _gist(outcome: Outcome, text: str) -> str:
    """One line: what was expected, and the last line of the text, the counterexample or what was tried."""
    wrong = f"{outcome.verdict}, expected {outcome.expected}"
    last = text.splitlines()[-1].strip()
    return f"{'a step does not follow' if outcome.broken else wrong}: {last}"


# -- fixtures for ordinary tests ----------------------------------------------------------------------------


class Prove(Protocol):
    """The fixture `prove`: asserts left relation right for every size and value; returns the needs."""

    def __call__(
        self, left: Any, right: Any, relation: str = "=", *, scope: Derivation | None = None
    ) -> tuple[str, ...]:
        """Raise AssertionError with the counterexample, or with what was tried."""


class Refute(Protocol):
    """The fixture `refute`: asserts that left relation right fails somewhere; returns the counterexample."""

    def __call__(
        self, left: Any, right: Any, relation: str = "=", *, scope: Derivation | None = None
    ) -> Witness:
        """Raise AssertionError where there is a proof, or with what was tried."""


@pytest.fixture(scope="session")
def prove() -> Prove:
    """prove(left, right, relation="=", scope=None): assert it for every size and value; gives the needs.

    The sides are SymPy expressions over bnsym's sizes, indices and tensors; `scope` is a Derivation whose
    definitions they use.  Fails with the counterexample, or with "unknown" and what was tried.
    """

    def prove(
        left: Any, right: Any, relation: str = "=", *, scope: Derivation | None = None
    ) -> tuple[str, ...]:
        __tracebackhide__ = True
        claim, decision = _decided(left, right, relation, scope)
        if decision.verdict == "refuted":
            raise AssertionError(f"refuted: {claim}\n  fails at {decision.witness}")
        if decision.verdict == "unknown":
            raise AssertionError(f"unknown: {claim}\n  {decision.detail}")
        return decision.needs

    return prove


@pytest.fixture(scope="session")
def refute() -> Refute:
    """refute(left, right, relation="=", scope=None): assert that it fails; gives the smallest counterexample.

    Fails where the claim is proved, and with "unknown" and what was tried where it is neither.
    """

    def refute(left: Any, right: Any, relation: str = "=", *, scope: Derivation | None = None) -> Witness:
        __tracebackhide__ = True
        claim, decision = _decided(left, right, relation, scope)
        if decision.witness is not None:
            return decision.witness
        why = decision.detail or f"needs: {', '.join(decision.needs) or 'nothing'}"
        raise AssertionError(f"{decision.verdict}: {claim}\n  {why}")

    return refute


class VerifyBackward(Protocol):
    """The fixture `verify_backward`: asserts that a backward is the derivative of its own forward."""

    def __call__(self, forward: Any, backward: Any = None, /, **roles: Any) -> Verification:
        """Raise AssertionError with the counterexample of each gradient that is wrong, or with why not."""


@pytest.fixture(scope="session")
def verify_backward() -> VerifyBackward:
    """verify_backward(forward, backward, x=("N", "D"), ...): assert every gradient, for every size.

    The arguments are those of bnsym.verify_backward; what is not said is guessed.  Fails with the smallest
    input on which a gradient is wrong, or with "unknown" and why.
    """

    def verify_backward(forward: Any, backward: Any = None, /, **roles: Any) -> Verification:
        __tracebackhide__ = True
        from bnsym.verify.code import api

        try:
            found = api.verify_backward(forward, backward, **roles)
        except UsageError as error:
            raise error.with_traceback(None) from None
        if not found:
            raise AssertionError(found.trouble())
        return found

    return verify_backward


def _decided(left: Any, right: Any, relation: str, scope: Derivation | None) -> tuple[str, Decision]:
    """The claim as text, and the decision; a wrong call's error is told without bnsym's own frames."""
    __tracebackhide__ = True
    from bnsym.proof.outcome import Verdict
    from bnsym.proof.theorems import Theorem, here
    from bnsym.terms.scope import Scope

    try:
        if not (scope is None or isinstance(scope, Scope)):
            raise UsageError(f"scope={scope!r}: give the Derivation whose definitions the claim uses")
        over = Scope() if scope is None else scope
        sides = over.read(left), relation, over.read(right)
        theorem = Theorem(over, "the claim", *sides, "", Verdict.PROVED, here())
        return str(theorem.claim), theorem.decide({})
    except UsageError as error:
        raise error.with_traceback(None) from None
