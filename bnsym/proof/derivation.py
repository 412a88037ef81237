"""A derivation: definitions, and theorems about them in the order of their document."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

from bnsym.errors import StepError, UnprovedError, UsageError
from bnsym.layers.layer import Layer
from bnsym.proof.claims import reached
from bnsym.proof.outcome import Outcome, Verdict
from bnsym.proof.prover import Decision
from bnsym.proof.reasons import Equations
from bnsym.proof.theorems import Chain, Inductive, Place, Theorem, here
from bnsym.terms.nodes import Term
from bnsym.terms.scope import Scope
from bnsym.terms.text import definition_text

Kind = TypeVar("Kind", bound=Theorem)


class Derivation(Scope):
    """Definitions and theorems, written in SymPy; `check` decides them all.

    `name` is what reports show, `source` the document.  A theorem's name is unique in its derivation.
    """

    registry: list[Derivation] = []  # noqa: RUF012 - what scripts make, in order; see proof.suite

    def __init__(self, name: str, source: str = "") -> None:
        super().__init__()
        self.name = name
        self.source = source
        self.place = here()
        self.theorems: list[Theorem] = []
        Derivation.registry.append(self)

    def include(self, layer: Layer) -> Layer:
        """Take a layer's equations as this derivation's definitions; returns the layer."""
        if not isinstance(layer, Layer):
            raise UsageError(f"include({layer!r}): give a Layer, such as bnsym.layer('batch_norm')")
        for definition in layer.definitions.values():
            if definition.tensor.name in self.definitions:
                raise UsageError(
                    f"{self.name} includes {layer.name}: {definition.tensor.name} is defined already"
                )
            self.definitions[definition.tensor.name] = definition
        for definition in layer.definitions.values():
            self.reader.introduce((definition.body, *definition.parameters))
        return layer

    # -- theorems -------------------------------------------------------------------------------------

    def prove(self, name: str, left: Any, right: Any, relation: str = "=", eq: str = "") -> Theorem:
        """State left relation right, for every size and value; it is expected to be proved."""
        return self._add(Theorem(*self._statement(name, left, relation, right, eq, Verdict.PROVED)))

    def refute(self, name: str, left: Any, right: Any, relation: str = "=", eq: str = "") -> Theorem:
        """State a claim that is expected to be false; the suite fails unless a counterexample is found."""
        return self._add(Theorem(*self._statement(name, left, relation, right, eq, Verdict.REFUTED)))

    def chain(self, name: str, start: Any, eq: str = "") -> Chain:
        """A theorem line by line: start, then `.step(...)` for each line of the document."""
        return self._add(Chain(*self._statement(name, start, "=", start, eq, Verdict.PROVED)))

    def induction(self, name: str, left: Any, right: Any, over: Any, eq: str = "") -> Inductive:
        """State left = right for every value of the size `over`, by induction from 1."""
        theorem = Inductive(*self._statement(name, left, "=", right, eq, Verdict.PROVED))
        theorem.over = self.read(over)
        return self._add(theorem)

    def _statement(
        self, name: str, left: Any, relation: str, right: Any, eq: str, expected: Verdict
    ) -> tuple[Any, ...]:
        return self, name, self.read(left), relation, self.read(right), eq, expected, here()

    def _add(self, theorem: Kind) -> Kind:
        if theorem.name in {other.name for other in self.theorems}:
            raise UsageError(
                f"{self.name} has a theorem {theorem.name!r} already; give the second one its own name"
            )
        self.theorems.append(theorem)
        return theorem

    # -- checking -------------------------------------------------------------------------------------

    def check(self, on_start: Callable[[str], None] = lambda title: None) -> list[Outcome]:
        """Decide every theorem in order; a later one may use those proved before it.

        `on_start` is told `derivation: theorem` before each.

        A step that does not follow gives an outcome of verdict unknown or refuted whose detail names the
        step, both sides and the counterexample; see `require` for an error instead.
        """
        decided: dict[str, Outcome] = {}
        for theorem in self.theorems:
            on_start(f"{self.name}: {theorem.name}")
            self.settle(theorem, decided)
        return list(decided.values())

    def settle(self, theorem: Theorem, decided: dict[str, Outcome]) -> Outcome:
        """Decide one theorem, and before it those that its steps use, as far as `decided` lacks them.

        `decided` holds outcomes by their theorem's name, and is added to.
        """
        if theorem.name in decided:
            return decided[theorem.name]
        uses, proved = theorem.uses, dict[str, tuple[Term, Term] | None]()
        for earlier in self.theorems[: self.theorems.index(theorem)]:
            done = earlier.name in uses and self.settle(earlier, decided).verdict is Verdict.PROVED
            proved[earlier.name] = (earlier.left, earlier.right) if done and earlier.relation == "=" else None
        decided[theorem.name] = self._decide(theorem, proved)
        return decided[theorem.name]

    def _decide(self, theorem: Theorem, proved: Equations) -> Outcome:
        start = perf_counter()
        place, broken = theorem.place, False
        try:
            decision = theorem.decide(proved)
        except StepError as error:
            decision = Decision(Verdict.UNKNOWN, detail=str(error))
            broken = not isinstance(error, UnprovedError)
            place = error.place or place
        except UsageError as error:
            raise type(error)(f"{place.file}:{place.line}: {self.name}.{theorem.name}: {error}") from error
        return self._outcome(theorem, decision, perf_counter() - start, place, broken)

    def _outcome(
        self, theorem: Theorem, decision: Decision, seconds: float, place: Place, broken: bool
    ) -> Outcome:
        source = " ".join(part for part in (self.source, f"({theorem.eq})" if theorem.eq else "") if part)
        return Outcome(
            derivation=self.name,
            name=theorem.name,
            statement=str(theorem.claim),
            verdict=decision.verdict,
            expected=theorem.expected,
            needs=decision.needs,
            witness=None if decision.witness is None else str(decision.witness),
            detail=decision.detail or _surprise(decision.verdict, theorem.expected),
            seconds=seconds,
            steps=theorem.steps,
            file=place.file,
            line=place.line,
            source=source,
            broken=broken,
            lines=theorem.shown(),
            definitions=tuple(map(definition_text, reached(theorem.claim))),
        )


def _surprise(verdict: Verdict, expected: Verdict) -> str:
    if verdict is Verdict.PROVED and expected is Verdict.REFUTED:
        return "it holds for every size: there is no counterexample"
    return ""
