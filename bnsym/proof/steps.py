"""The steps of a certificate: emitted once, used by number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bnsym.calculus.atoms import Monomial, Polynomial, Variable
from bnsym.calculus.normal import Normalizer
from bnsym.proof.certificate_writer import CertificateWriter
from bnsym.proof.formulas import to_formula, to_term
from bnsym.proof.trusted.facts import Facts
from bnsym.proof.trusted.formula import Formula, make
from bnsym.terms.nodes import (
    Definition,
    Number,
    Power,
    Tensor,
    Term,
)
from bnsym.terms.walk import children


@dataclass(frozen=True)
class Step:
    """A claim, the rule that gives it, the steps that it uses, the rule's arguments."""

    left: Formula
    right: Formula
    by: str
    using: tuple[int, ...] = ()
    arguments: tuple[Formula, ...] = ()
    relation: str = "="


class Steps:
    """Steps over the definitions that a certificate states."""

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        tensors: Mapping[str, Tensor],
        facts: Facts,
        names: Mapping[str, Term],
    ) -> None:
        self.definitions = definitions
        self.tensors = tensors
        self.facts = facts
        self.engine = Normalizer({n: d for n, d in definitions.items() if d.initial is None})
        self.engine.pivots = self.engine.places = False  # steps that no rule of sums gives
        self.writer = CertificateWriter(tensors, self.engine)
        self.names = names
        self.steps: list[Step] = []
        self._known: dict[tuple[Formula, Formula], int] = {}
        self._given: dict[Formula, tuple[int, Term]] = {}
        self._lemmas: dict[Term, tuple[int, ...]] = {}
        self._fresh: dict[tuple[Formula, Formula], Formula] = {}
        self._nests: dict[tuple[tuple[Variable, ...], Monomial], tuple[int, ...]] = {}

    def lemmas(self, term: Term) -> tuple[int, ...]:
        """Equations by which the term is, as a rational function, its normal form."""
        raise NotImplementedError

    # -- emitting -------------------------------------------------------------------------------------

    def emit(
        self, by: str, left: Term, right: Term, using: Iterable[int] = (), arguments: Sequence[Formula] = ()
    ) -> tuple[int, ...]:
        """A step, or the number of an equal one before it; nothing for an equation of a term with itself."""
        key = (to_formula(left), to_formula(right))
        if key[0] is key[1]:
            return ()
        if by in ("algebra", "linearity"):
            using = (*using, *self._of_radicands((left, right)))
        if key not in self._known:
            self._known[key] = len(self.steps)
            self.steps.append(Step(*key, by, tuple(dict.fromkeys(using)), tuple(arguments)))
        return (self._known[key],)

    def _of_radicands(self, terms: Iterable[Term]) -> Iterator[int]:
        """What is needed to expand the radicands and denominators in terms, those under sums too."""
        for term in terms:
            for node in self._walked(term):
                if isinstance(node, Power) and isinstance(node.exponent, Number) and node.base is not term:
                    whole = node.exponent.value.denominator == 1 and node.exponent.value > 0
                    yield from () if whole else self.lemmas(node.base)

    def _walked(self, term: Term) -> list[Term]:
        """Every distinct subterm of which equations may speak, the term itself first."""
        found: dict[Term, None] = {}
        stack = [term]
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = None
                stack.extend(reversed(self.inside(node)))
        return list(found)

    def inside(self, term: Term) -> tuple[Term, ...]:
        """The direct subterms of which equations may speak."""
        return children(term)

    def know(self, number: int, left: Formula, right: Term) -> None:
        """A step whose left side is an entry: it is used wherever that stands."""
        self._lemmas.clear()
        self._given[left] = (number, right)

    def fresh(self, name: str, low: Formula, high: Formula) -> Formula:
        """An index of steps alone, with a name that stands for no other range."""
        return self._fresh.setdefault((low, high), make("index", f"{name}_{len(self._fresh)}_", low, high))

    def back(self, formula: Formula) -> Term:
        """The term of a formula."""
        return to_term(formula, self.tensors, self.names)

    def identity(self, left: Term, right: Term, using: Iterable[int]) -> tuple[int, ...]:
        """left = right by algebra, with the used equations put in."""
        return self.emit("algebra", left, right, using)

    def equate(self, left: Term, right: Term) -> tuple[int, ...]:
        """left = right by whatever it takes."""
        return self.identity(left, right, (*self.lemmas(left), *self.lemmas(right)))

    def written(self, polynomial: Polynomial) -> Term:
        """A normal form as a term."""
        return self.writer.term(polynomial)
