"""From a normal form to steps: a reduction for each sum, then scalars, then one elementwise pass."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from bnsym.calculus.atoms import Atom, Kind, Monomial, Polynomial, monomial_key
from bnsym.calculus.polynomial import monomial_of
from bnsym.calculus.to_term import Names, TermWriter
from bnsym.errors import UnsupportedTermError
from bnsym.kernels.basis import Basis
from bnsym.kernels.equations import unused
from bnsym.terms.nodes import (
    ONE,
    Definition,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Sign,
    Sum,
    Tensor,
    Term,
    add,
    mul,
    power,
)
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, subterms


class Passes:
    """The passes over the arrays of one basis.  A sum that was met before keeps its reduction."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.place = basis.place
        self.writer = basis.writer()
        self.met: dict[Atom, Definition] = {}
        self.few_axes = _axes_of_statistics(basis)

    def reductions(self, forms: Iterable[Polynomial]) -> list[Definition]:
        """A step for each sum in the forms, in the order in which they are met."""
        self.met = {}
        for form in forms:
            for row in sorted(form, key=monomial_key):
                for a, _ in row:
                    if a.kind in (Kind.SUM, Kind.OPAQUE) and a not in self.met:
                        self.met[a] = self._reduction(a)
        return list(self.met.values())

    def _reduction(self, a: Atom) -> Definition:
        term = self.writer.factor(a, 1, {})
        places = self._places(term)
        self._check_bound(term, places)
        return self._step("sum_" + "_".join(_factor_names(term)), places, term)

    def _check_bound(self, term: Term, free: tuple[Index, ...]) -> None:
        """A reduction sums over the layer's own indices; any other sum has no plan."""
        bound = [node.index for node in subterms(term) if isinstance(node, Sum)]
        if any(index not in self.place or index in free for index in bound):
            raise UnsupportedTermError(
                f"no kernel for {self.basis.equations.layer.name}: there is no plan for {text(term)}; a "
                "reduction sums a product of arrays over rows, channels or both"
            )

    def split(self, name: str, places: tuple[Index, ...], form: Polynomial) -> list[Definition]:
        """The output as a sum of elementwise parts, each times a scalar that gets a step of its own."""
        writer = _StepWriter(self.writer, self.met)
        tensor = Tensor(name, tuple(index.high for index in places), Sign.REAL)
        if places != self.place:
            return [Definition(tensor, places, writer.term(form))]
        steps: list[Definition] = []
        terms: list[Term] = []
        for part, coefficient in self._parts(form).items():
            scalar = writer.term(coefficient)
            if not _is_plain(scalar):
                step = self._step(_scalar_name(name, part), self._places(scalar), scalar)
                steps.append(step)
                scalar = step.entry
            terms.append(mul(*_factors(scalar), *(writer.factor(a, e, {}) for a, e in part)))
        return [*steps, Definition(tensor, places, add(*terms))]

    def _step(self, name: str, places: tuple[Index, ...], body: Term) -> Definition:
        shape = tuple(index.high for index in places)
        return Definition(Tensor(unused(name, self.basis.taken), shape, Sign.REAL), places, body)

    def _places(self, term: Term) -> tuple[Index, ...]:
        free = free_indices(term)
        return tuple(index for index in self.place if index in free)

    # -- elementwise parts ----------------------------------------------------------------------------

    def _parts(self, form: Polynomial) -> dict[Monomial, Polynomial]:
        """Elementwise part -> its coefficient, which depends on the statistics' axes alone."""
        parts: dict[Monomial, Polynomial] = {}
        for row in sorted(form, key=lambda row: (-len(self._elementwise(row)), monomial_key(row))):
            part = self._elementwise(row)
            rest = monomial_of((a, e) for a, e in row if (a, e) not in part)
            parts.setdefault(part, {})[rest] = form[row]
        return parts

    def _elementwise(self, row: Monomial) -> Monomial:
        return monomial_of((a, e) for a, e in row if {v.name for v in a.free} not in self.few_axes)


class _StepWriter(TermWriter):
    """Writes sums by the names of their reductions."""

    def __init__(self, writer: TermWriter, reductions: dict[Atom, Definition]) -> None:
        super().__init__(writer.tensors)
        self.inner = writer
        self.reductions = reductions

    def factor(self, a: Atom, exponent: int, names: Names) -> Term:
        if a in self.reductions:
            return power(self.reductions[a].entry, exponent)
        return self.inner.factor(a, exponent, names)


def _axes_of_statistics(basis: Basis) -> list[set[str]]:
    """The sets of axes, fewer than x's, that the statistics have; none is among them."""
    held = [basis.mean.definition] if basis.mean else []
    held += [*basis.closed.values(), *([basis.root.inverse] if basis.root else [])]
    sets = [{index.name for index in d.parameters if isinstance(index, Index)} for d in held]
    return [set(), *sets]


def _factor_names(term: Term) -> list[str]:
    while isinstance(term, Sum):
        term = term.body
    factors = term.factors if isinstance(term, Mul) else (term,)
    return [_base_name(factor) for factor in factors]


def _base_name(factor: Term) -> str:
    names = [node.tensor.name for node in subterms(factor) if isinstance(node, Entry)]
    exponent = factor.exponent if isinstance(factor, Power) else ONE
    return (names[0] if names else "1") + _suffix(exponent.value if isinstance(exponent, Number) else None)


def _suffix(exponent: Fraction | int | None) -> str:
    return "" if exponent == 1 else "_squared" if exponent == 2 else "_power"


def _scalar_name(output: str, part: Monomial) -> str:
    return "_".join([*(_atom_name(a, e) for a, e in part), "coefficient"]) if part else f"{output}_offset"


def _atom_name(a: Atom, exponent: int) -> str:
    return (str(a.payload[0]) if a.kind == Kind.ENTRY else a.kind) + _suffix(exponent)


def _is_plain(body: Term) -> bool:
    """True for what needs no step: a number, an entry, or minus one."""
    factors = body.factors if isinstance(body, Mul) else (body,)
    rest = [factor for factor in factors if not isinstance(factor, Number)]
    return len(rest) <= 1 and all(isinstance(factor, Entry) for factor in rest)


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)
