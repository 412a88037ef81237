"""The kinds of theorem that a derivation holds: a claim, a chain of steps, an induction."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.errors import StepError, UndefinedValueError, UnprovedError, UsageError
from bnsym.proof.claims import RELATIONS, Claim, Need, needs_of
from bnsym.proof.induction import induct
from bnsym.proof.outcome import Line, Verdict
from bnsym.proof.prover import Decision, confirm, decide
from bnsym.proof.reasons import REASONS, Equations, Reason, follows
from bnsym.proof.witness import find_witness
from bnsym.terms.nodes import Term
from bnsym.terms.scope import Scope
from bnsym.terms.text import text


@dataclass(frozen=True)
class Place:
    """Where something is written."""

    file: str
    line: int


@dataclass
class Theorem:
    """A named statement: left relation right, with the verdict that its author expects."""

    scope: Scope
    name: str
    left: Term
    relation: str
    right: Term
    eq: str
    expected: Verdict
    place: Place

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            known = ", ".join(RELATIONS)
            raise UsageError(f"{self.name}: the relation {self.relation!r} is not known; there are {known}")

    @cached_property
    def claim(self) -> Claim:
        """The statement over the definitions as they stand when it is first decided."""
        return Claim(self.left, self.relation, self.right, dict(self.scope.definitions))

    @property
    def steps(self) -> int:
        """How many steps are checked."""
        return 1

    @property
    def uses(self) -> frozenset[str]:
        """The names of the theorems that its steps rewrite with."""
        return frozenset()

    def shown(self) -> tuple[Line, ...]:
        """The proof as it is read; () where it is one step."""
        return ()

    def decide(self, proved: Equations) -> Decision:
        """The verdict with its grounds."""
        return decide(self.claim)


@dataclass(frozen=True)
class Step:
    """One line of a chain: relation, expression, reason, the number its document gives it."""

    eq: str
    relation: str
    term: Term
    reason: Reason
    place: Place


@dataclass
class Chain(Theorem):
    """A theorem proved line by line."""

    lines: list[Step] = field(default_factory=list)

    def step(self, eq: str, expression: Any, by: Any, relation: str = "=") -> Chain:
        """The next line: (the line before) relation expression, by a named reason.

        `eq` is the equation's number in the document.  Nothing is checked before the derivation is.
        """
        if not isinstance(by, Reason):
            known = ", ".join(reason.name for reason in REASONS)
            raise UsageError(
                f"{self.name}, step {eq}: by={by!r} is no reason; there are {known}, theorem(...)"
            )
        if relation not in RELATIONS:
            known = ", ".join(RELATIONS)
            raise UsageError(
                f"{self.name}, step {eq}: the relation {relation!r} is not known; there are {known}"
            )
        self.lines.append(Step(eq, relation, self.scope.read(expression), by, here()))
        self.right = self.lines[-1].term
        self.relation = _composed(self.name, [line.relation for line in self.lines])
        return self

    @property
    def uses(self) -> frozenset[str]:
        """The names of the theorems that its steps rewrite with."""
        return frozenset(name for line in self.lines for name in line.reason.theorems)

    @property
    def steps(self) -> int:
        """How many steps are checked."""
        return len(self.lines)

    def shown(self) -> tuple[Line, ...]:
        """The start, then a line for each step."""
        first = Line("", text(self.left), "", self.eq)
        return (first, *(Line(s.relation, text(s.term), str(s.reason), s.eq) for s in self.lines))

    def decide(self, proved: Equations) -> Decision:
        """Every step by its own reason, then the statement's needs and an exact instance."""
        needs: dict[Need, None] = {}
        before = self.left
        if not self.lines:
            raise UsageError(f"{self.name} has no steps; add them with .step(eq, expression, by=reason)")
        for line in self.lines:
            claim = Claim(before, line.relation, line.term, self.claim.definitions)
            self._check(line, claim, proved)
            needs |= dict.fromkeys(needs_of(claim.expanded()))
            before = line.term
        return confirm(self.claim, tuple(needs))

    def _check(self, line: Step, claim: Claim, proved: Equations) -> None:
        try:
            if follows(claim, line.reason, proved, Normalizer):
                return
        except (WorkLimitError, UndefinedValueError, RecursionError):
            pass
        except UnprovedError as error:
            raise UnprovedError(f"{self._head(line, claim)}  {error}") from error
        self._fail(line, claim)

    def _head(self, line: Step, claim: Claim) -> str:
        return (
            f"{self.name}, step {line.eq} ({line.place.file}:{line.place.line}) does not follow by "
            f"{line.reason}:\n  {text(claim.left)}\n  {claim.relation} {text(claim.right)}\n"
        )

    def _fail(self, line: Step, claim: Claim) -> NoReturn:
        head = self._head(line, claim)
        expanded = claim.expanded()
        witness, tried = find_witness(expanded)
        if witness is not None:
            raise StepError(f"{head}  fails at {witness}", line.place)
        if decide(claim).verdict is Verdict.PROVED:
            raise StepError(
                f"{head}  the two sides are equal, but not by this reason; it takes {_enough(claim)}",
                line.place,
            )
        raise UnprovedError(f"{head}  neither proved nor refuted: {tried}", line.place)


@dataclass
class Inductive(Theorem):
    """A theorem about every T >= 1, by induction over the size T."""

    over: Term | None = None

    @property
    def steps(self) -> int:
        """The base and the step."""
        return 2

    def decide(self, proved: Equations) -> Decision:
        """Base and step by the normal form; a statement that fails is refuted by an instance."""
        if self.over is None:
            raise UsageError(f"{self.name}: induction over what?  Give over=T")
        try:
            result = induct(self.claim, self.over)
        except (WorkLimitError, RecursionError):
            return Decision(Verdict.UNKNOWN, detail="the normal form grew beyond its limit")
        if result.base and result.step:
            return confirm(self.claim)
        witness, tried = find_witness(self.claim)
        if witness is not None:
            return Decision(Verdict.REFUTED, witness=witness)
        part = "step" if result.base else "base"
        return Decision(Verdict.UNKNOWN, detail=f"the induction's {part} was not proved; {tried}")


def _enough(claim: Claim) -> str:
    """The first reason that carries a step, with everything unfolded if need be."""
    names = tuple(claim.definitions)
    for reason in REASONS:
        for candidate in (reason, reason(*names)):
            if _carries(claim, candidate):
                return f"{reason.name}{', with definitions unfolded' if candidate.opened else ''}"
    return "a theorem proved before, or steps between"


def _carries(claim: Claim, reason: Reason) -> bool:
    try:
        return follows(claim, reason, {}, Normalizer)
    except (WorkLimitError, UndefinedValueError, RecursionError):
        return False


_STRENGTH = {"=": 0, "<=": 1, "<": 2, ">=": 1, ">": 2}


def _composed(name: str, relations: list[str]) -> str:
    """a = b < c <= d gives a < d; orders of two directions give nothing."""
    orders = [relation for relation in relations if relation != "="]
    if len({relation[0] for relation in orders}) > 1:
        raise UsageError(
            f"{name}: a chain goes up or down, not both; its relations are {', '.join(relations)}"
        )
    return max(orders, key=_STRENGTH.__getitem__, default="=")


def here() -> Place:
    """The place in the caller's own file: the first frame outside this package."""
    package = str(Path(__file__).parent.parent)
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
    return Place(_shown(frame.f_code.co_filename), frame.f_lineno)


def _shown(file: str) -> str:
    """The path relative to the current directory where it lies under it."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
