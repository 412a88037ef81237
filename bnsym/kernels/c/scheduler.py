"""Finds a function's schedule; None where a plan has no fast form, and its steps are carried out as they are.

The plan's reductions are normalized over x = shift + deviation.  What the normal form then sums are the sums
of the one pass: the variance, for one, turns into sum(d^2)/N - (sum(d)/N)^2, whatever the shift.  The output,
normalized over x = centre + deviation and mean = centre + low, falls apart into products of the streams, each
with a coefficient.  Nothing here is trusted: the schedule is proved before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bnsym.calculus.atoms import Atom, Monomial, Polynomial, monomial_key
from bnsym.calculus.atoms import Kind as AtomKind
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.polynomial import UNIT, monomial_of
from bnsym.calculus.to_term import Names, TermWriter
from bnsym.kernels.c.schedule import CENTRE, LOW, SHIFT, Kind, Schedule, deviation, of_mean
from bnsym.kernels.plan import Function, Plan, reduced_axes
from bnsym.terms.nodes import Definition, Entry, Sign, Sum, Tensor, Term, add, mul, power
from bnsym.terms.walk import subterms


def kind_of(plan: Plan) -> Kind | None:
    """What the forward pass reduces to: one value a channel, or one a row; None if it is neither or both."""
    axes = {index for step in plan.functions["forward"].steps for index in reduced_axes(step)}
    return {frozenset({plan.row}): Kind.CHANNELS, frozenset({plan.channel}): Kind.ROWS}.get(frozenset(axes))


def schedule(plan: Plan, function: Function, x: Tensor, mean: Tensor | None) -> Schedule | None:
    """The schedule of a function, with the mean that x is centred about in it, if there is one."""
    kind = kind_of(plan)
    if kind is None:
        return None
    try:
        return _Scheduler(plan, function, kind, x, mean).schedule()
    except _NoFastFormError:
        return None


class _NoFastFormError(Exception):
    """A step that no fast pass does."""


class _Scheduler:
    def __init__(self, plan: Plan, function: Function, kind: Kind, x: Tensor, mean: Tensor | None) -> None:
        self.plan, self.function, self.kind = plan, function, kind
        self.place = (plan.row, plan.channel)
        self.kept = plan.channel if kind is Kind.CHANNELS else plan.row
        self.summed = plan.row if kind is Kind.CHANNELS else plan.channel
        self.streams = tuple(t for t in function.inputs if len(t.shape) == 2)
        self.steps = {step.tensor.name: step for step in function.steps}
        self.shifted = x if x in self.streams and mean is not None else None
        self.mean = mean if self.shifted is not None else None
        if self.mean is not None and self.mean.shape != (self.kept.high,):
            raise _NoFastFormError
        self.estimated = self.mean is not None and self.mean.name in self.steps
        self.tensors = self._tensors()
        self.sums: dict[Atom, Definition] = {}
        self.coefficients: list[Definition] = []

    def schedule(self) -> Schedule:
        """All of it."""
        finals = [self._final(step) for step in self.function.steps if step.parameters == (self.kept,)]
        [output] = [step for step in self.function.steps if step.tensor.name == self.function.outputs[0]]
        crossing: list[Definition] = []
        ends: list[Definition] = []
        for step in self.function.steps:
            if len(step.parameters) == 0:
                raise _NoFastFormError
            if step.parameters != (self.kept,) and step.parameters != self.place:
                (crossing if _sums(step) else ends).append(step)
        return Schedule(
            self.function,
            self.kind,
            self.streams,
            self.shifted,
            self.mean,
            self.estimated,
            tuple(self.sums.values()),
            tuple(finals),
            output=Definition(output.tensor, self.place, self._elementwise(output.body)),
            crossing=tuple(self._crossing(step) for step in crossing),
            coefficients=tuple(self.coefficients),
            ends=tuple(ends),
        )

    # -- the sums, and what follows from them ----------------------------------------------------------

    def _final(self, step: Definition) -> Definition:
        """A step between the passes: as it stands, or over the sums of the one pass."""
        if not _sums(step):
            return step
        about = SHIFT if self.estimated else CENTRE
        form = self._over(about, reductions=True).normal_form(step.body)
        for row in sorted(form, key=monomial_key):
            for a, _ in row:
                if a.kind in (AtomKind.SUM, AtomKind.OPAQUE) and a not in self.sums:
                    self.sums[a] = self._sum(a)
        return Definition(step.tensor, step.parameters, _Writer(self.tensors, self.sums).term(form))

    def _sum(self, a: Atom) -> Definition:
        term = TermWriter(self.tensors).factor(a, 1, {})
        if not isinstance(term, Sum) or isinstance(term.body, Sum) or a.kind != AtomKind.SUM:
            raise _NoFastFormError
        if term.index.high is not self.summed.high or not any(
            e > 0 for f, e in a.payload[1] if self._runs(f)
        ):
            raise _NoFastFormError
        if not all(self._may_be_summed(f, e) for f, e in a.payload[1]):
            raise _NoFastFormError
        tensor = Tensor(f"sum_{len(self.sums)}", (self.kept.high,), Sign.REAL)
        body = TermWriter(self.tensors)
        names = dict(zip(a.payload[0], [self.summed], strict=True))
        return Definition(tensor, (self.kept,), Sum(self.summed, body.monomial(a.payload[1], 1, names)))

    def _runs(self, factor: Atom) -> bool:
        return factor.kind == AtomKind.ENTRY and len(factor.payload[1]) == 2

    def _may_be_summed(self, factor: Atom, exponent: int) -> bool:
        """A power of a stream, or (by rows) of a parameter."""
        if factor.kind != AtomKind.ENTRY or exponent < 1:
            return False
        return len(factor.payload[1]) == 2 or self.kind is Kind.ROWS

    def _over(self, about: str, reductions: bool) -> Normalizer:
        """x about the shift with the sums opened, or about the centre with them closed."""
        opened = {name: s for name, s in self.steps.items() if s.parameters == self.place}
        if reductions:
            opened |= {n: s for n, s in self.steps.items() if s.parameters == (self.kept,) and _sums(s)}
        if self.shifted is not None and self.mean is not None:
            near = Entry(of_mean(about, self.mean), (self.kept,))
            d = Entry(deviation(self.shifted), self.place)
            opened[self.shifted.name] = Definition(self.shifted, self.place, add(near, d))
            if about == CENTRE:
                low = Entry(of_mean(LOW, self.mean), (self.kept,))
                opened[self.mean.name] = Definition(self.mean, (self.kept,), add(near, low))
        return Normalizer(opened)

    # -- elementwise ----------------------------------------------------------------------------------

    def _crossing(self, step: Definition) -> Definition:
        """A sum along the other axis of what is elementwise."""
        if self.kind is Kind.CHANNELS or not isinstance(step.body, Sum) or step.body.index is not self.kept:
            raise _NoFastFormError
        return Definition(step.tensor, step.parameters, Sum(self.kept, self._elementwise(step.body.body)))

    def _elementwise(self, body: Term) -> Term:
        """Sum of parameter * (sum of coefficient * product of streams)."""
        form = self._over(CENTRE, reductions=False).normal_form(body)
        groups: dict[Monomial, dict[Monomial, Polynomial]] = {}
        for row in sorted(form, key=lambda row: (-sum(map(len, self._parts(row)[:2])), monomial_key(row))):
            outer, inner, rest = self._parts(row)
            groups.setdefault(outer, {}).setdefault(inner, {})[rest] = form[row]
        writer = TermWriter(self.tensors)
        products = [
            mul(*_factors(writer, outer), add(*(self._product(inner, c) for inner, c in parts.items())))
            for outer, parts in groups.items()
        ]
        return add(*products)

    def _product(self, streams: Monomial, coefficient: Polynomial) -> Term:
        writer = TermWriter(self.tensors)
        scalar = [] if coefficient == {UNIT: 1} else [self._coefficient(writer.term(coefficient))]
        return mul(*scalar, *_factors(writer, streams))

    def _coefficient(self, body: Term) -> Entry:
        for known in self.coefficients:
            if known.body is body:
                return known.entry
        tensor = Tensor(f"coefficient_{len(self.coefficients)}", (self.kept.high,), Sign.REAL)
        self.coefficients.append(Definition(tensor, (self.kept,), body))
        return self.coefficients[-1].entry

    def _parts(self, row: Monomial) -> tuple[Monomial, Monomial, Monomial]:
        """A product's parameters (by rows), streams, and what is one value a channel or row."""
        own = self.kept.name
        parts: tuple[list[tuple[Atom, int]], ...] = ([], [], [])
        for a, e in row:
            free = {v.name for v in a.free}
            which = 2 if free <= {own} else 1 if len(free) == 2 else 0
            if which < 2 and (a.kind != AtomKind.ENTRY or e < 1):
                raise _NoFastFormError
            parts[which].append((a, e))
        outer, inner, rest = (monomial_of(part) for part in parts)
        return outer, inner, rest

    def _tensors(self) -> dict[str, Tensor]:
        known = [*self.function.inputs, *(step.tensor for step in self.function.steps)]
        if self.shifted is not None and self.mean is not None:
            known += [deviation(self.shifted), *(of_mean(n, self.mean) for n in (SHIFT, CENTRE, LOW))]
        return {t.name: t for t in known}


class _Writer(TermWriter):
    """Writes sums by their names."""

    def __init__(self, tensors: dict[str, Tensor], sums: dict[Atom, Definition]) -> None:
        super().__init__(tensors)
        self.sums = sums

    def factor(self, a: Atom, exponent: int, names: Names) -> Term:
        if a in self.sums:
            return power(self.sums[a].entry, exponent)
        return super().factor(a, exponent, names)


def _factors(writer: TermWriter, product: Iterable[tuple[Atom, int]]) -> Sequence[Term]:
    return [writer.factor(a, e, {}) for a, e in product]


def _sums(step: Definition) -> bool:
    return any(isinstance(node, Sum) for node in subterms(step.body))
