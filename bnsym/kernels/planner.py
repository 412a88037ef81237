"""Finds a layer's plan: what to reduce, which scalars, one elementwise pass.

The layer's equations and the derivatives of sum(grad_y * y) are normalized over the layer's basis.  What
the normal form then sums are the reductions; what stands beside them with fewer axes than x are the
scalars; the rest is one elementwise pass.  Nothing here is trusted: the plan that comes out is proved
before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bnsym.calculus.atoms import Atom, Kind, Monomial, Polynomial, monomial_key
from bnsym.calculus.derivative import Differentiator
from bnsym.calculus.polynomial import monomial_of
from bnsym.calculus.signs import Signs
from bnsym.calculus.to_term import TermWriter
from bnsym.errors import UnsupportedTermError
from bnsym.kernels.basis import CENTERED, NORMALIZED, Basis
from bnsym.kernels.plan import Function
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import (
    Definition,
    Entry,
    Index,
    Mul,
    Number,
    Sign,
    Sum,
    Tensor,
    Term,
    add,
    mul,
    subtract,
)
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, rebuild, subterms

UPSTREAM = "grad_y"


class Planner:
    """Plans the functions of one layer."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.basis = Basis(layer)
        self.writer = self.basis.writer()
        self.scalars = {index for d in self.basis.closed.values() for index in d.parameters}

    # -- the functions --------------------------------------------------------------------------------

    def forward(self) -> Function:
        """x, gamma, beta -> y, by way of the statistics."""
        steps = [*self._statistics(), *self._basis_steps(), *self._output()]
        return Function("forward", self._taken(steps), tuple(steps), (self.layer.output.tensor.name,))

    def backward(self) -> Function:
        """grad_y and what forward saved -> the gradient of x and of each parameter."""
        steps = list(self._basis_steps(recomputed=True))
        targets = (self.layer.input, *self.layer.parameters)
        names = tuple(f"grad_{tensor.name}" for tensor in targets)
        forms = [self._gradient(tensor) for tensor in targets]
        reductions = self._reductions(forms)
        steps += reductions.values()
        for name, tensor, form in zip(names, targets, forms, strict=True):
            steps += self._split(name, self._place(tensor), form, reductions)
        return Function("backward", self._taken(steps), tuple(steps), names)

    def inference(self) -> Function:
        """As forward, with the statistics given as running_..., where the layer has such."""
        given = self.layer.statistics
        if not given:
            return replace(self.forward(), name="inference")
        root = [] if self.basis.root is None else [self.basis.root.inverse]
        kept = [*root, *self._basis_steps(recomputed=True), *self._output()]
        steps = [replace(step, body=renamed(step.body, self.layer)) for step in kept]
        return Function("inference", self._taken(steps), tuple(steps), (self.layer.output.tensor.name,))

    # -- forward steps --------------------------------------------------------------------------------

    def _statistics(self) -> list[Definition]:
        """Each statistic by its normal form; x is centred as soon as its mean is there."""
        steps: list[Definition] = []
        mean = self.basis.mean
        for definition in self.basis.closed.values():
            if mean is not None and definition is mean.definition:
                steps += [definition, self._centered()]
            else:
                body = self.writer.term(self.basis.centred_form(definition.body))
                steps.append(Definition(definition.tensor, definition.parameters, body))
        return steps

    def _centered(self) -> Definition:
        x = Entry(self.layer.input, self.basis.place)
        mean = self.basis.mean
        body = x if mean is None else subtract(x, mean.definition.entry)
        return Definition(self.basis.tensors[CENTERED], self.basis.place, body)

    def _basis_steps(self, recomputed: bool = False) -> list[Definition]:
        """The root's inverse and the normalized input; `recomputed`: from the saved statistics."""
        root = self.basis.root
        if root is None:
            return [self._centered()] if recomputed else []
        centered = self._centered()
        start = centered.body if recomputed or self.basis.mean is None else centered.entry
        body = mul(start, root.inverse.entry)
        normalized = Definition(self.basis.tensors[NORMALIZED], self.basis.place, body)
        return [normalized] if recomputed else [root.inverse, normalized]

    def _output(self) -> list[Definition]:
        output = self.layer.output
        form = self.basis.normalized_form(output.body)
        reductions = self._reductions([form])
        return [*reductions.values(), *self._split(output.tensor.name, self.basis.place, form, reductions)]

    # -- backward steps -------------------------------------------------------------------------------

    def _place(self, tensor: Tensor) -> tuple[Index, ...]:
        return self.basis.place if tensor is self.layer.input else (self.layer.channel,)

    def _gradient(self, tensor: Tensor) -> Polynomial:
        """d sum(grad_y * y) / d tensor at its generic position, over the basis."""
        return self.basis.normalized_form(gradient_term(self.layer, tensor, self._place(tensor)))

    def _reductions(self, forms: Iterable[Polynomial]) -> dict[Atom, Definition]:
        """A step for each sum, in the order in which they are met."""
        found: dict[Atom, Definition] = {}
        for form in forms:
            for row in sorted(form, key=monomial_key):
                for a, _ in row:
                    if a.kind == Kind.SUM and a not in found:
                        found[a] = self._reduction(a, found)
        return found

    def _reduction(self, a: Atom, earlier: dict[Atom, Definition]) -> Definition:
        term = self.writer.factor(a, 1, {})
        places = tuple(index for index in self.basis.place if index in free_indices(term))
        term = _over_own_indices(term, self.basis.place, places)
        name = _unused("sum_" + "_".join(_factor_names(term)), {d.tensor.name for d in earlier.values()})
        shape = tuple(index.high for index in places)
        return Definition(Tensor(name, shape, Sign.REAL), places, term)

    def _split(
        self, name: str, places: tuple[Index, ...], form: Polynomial, reductions: dict[Atom, Definition]
    ) -> list[Definition]:
        """The output as a sum of elementwise parts, each times a scalar that gets a step of its own."""
        writer = _StepWriter(self.writer, reductions)
        shape = tuple(index.high for index in places)
        tensor = Tensor(name, shape, Sign.REAL)
        if places != self.basis.place:
            return [Definition(tensor, places, writer.term(form))]
        steps: list[Definition] = []
        parts: list[Term] = []
        for part, coefficient in self._parts(form).items():
            scalar = self._scalar(name, part, writer.term(coefficient))
            parts.append(
                mul(scalar.body if _is_plain(scalar.body) else scalar.entry, *self._factors(part, writer))
            )
            steps += [] if _is_plain(scalar.body) else [scalar]
        return [*steps, Definition(tensor, places, add(*parts))]

    def _parts(self, form: Polynomial) -> dict[Monomial, Polynomial]:
        """Elementwise part -> its coefficient, which depends on the statistics' axes alone."""
        parts: dict[Monomial, Polynomial] = {}
        for row in sorted(form, key=lambda row: (-len(self._elementwise(row)), monomial_key(row))):
            part = self._elementwise(row)
            rest = monomial_of((a, e) for a, e in row if (a, e) not in part)
            parts.setdefault(part, {})[rest] = form[row]
        return parts

    def _elementwise(self, row: Monomial) -> Monomial:
        return monomial_of((a, e) for a, e in row if not self._is_scalar(a))

    def _is_scalar(self, a: Atom) -> bool:
        return {v.name for v in a.free} <= {index.name for index in self.scalars}

    def _factors(self, part: Monomial, writer: TermWriter) -> list[Term]:
        return [writer.factor(a, e, {}) for a, e in part]

    def _scalar(self, output: str, part: Monomial, body: Term) -> Definition:
        names = [a.payload[0] for a, _ in part if a.kind == Kind.ENTRY]
        places = tuple(index for index in self.basis.place if index in free_indices(body))
        shape = tuple(index.high for index in places)
        name = "_".join([*names, "factor"]) if names else f"{output}_offset"
        return Definition(Tensor(name, shape, Sign.REAL), places, body)

    def _taken(self, steps: Iterable[Definition]) -> tuple[Tensor, ...]:
        """The tensors that the steps use and do not define, in the order of first use."""
        made: set[str] = set()
        taken: dict[Tensor, None] = {}
        for step in steps:
            for node in subterms(step.body):
                if isinstance(node, Entry) and node.tensor.name not in made:
                    taken[node.tensor] = None
            made.add(step.tensor.name)
        return tuple(taken)


class _StepWriter(TermWriter):
    """Writes sums by the names of their reductions."""

    def __init__(self, writer: TermWriter, reductions: dict[Atom, Definition]) -> None:
        super().__init__(writer.tensors)
        self.inner = writer
        self.reductions = reductions

    def factor(self, a: Atom, exponent: int, names: dict[object, Index]) -> Term:  # type: ignore[override]
        if a in self.reductions:
            return mul(*[self.reductions[a].entry] * exponent)
        return self.inner.factor(a, exponent, names)  # type: ignore[arg-type]


def gradient_term(layer: Layer, tensor: Tensor, place: tuple[Index, ...]) -> Term:
    """The derivative of sum(grad_y * y) by the tensor's entry at `place`, for a free upstream grad_y."""
    shape = (layer.row.high, layer.channel.high)
    upstream = Entry(Tensor(UPSTREAM, shape, Sign.REAL), (layer.row, layer.channel))
    loss = Sum(layer.row, Sum(layer.channel, mul(upstream, layer.output.entry)))
    return Differentiator(Entry(tensor, place), layer.definitions).derivative(loss)


def _over_own_indices(term: Term, place: tuple[Index, ...], free: tuple[Index, ...]) -> Term:
    """A reduction sums over the layer's own indices; any other sum has no plan."""
    bound = [node.index for node in subterms(term) if isinstance(node, Sum)]
    if any(index not in place or index in free for index in bound):
        raise UnsupportedTermError(
            f"no plan for {text(term)}: a reduction sums a product of arrays over rows, channels or both"
        )
    return term


def _factor_names(term: Term) -> list[str]:
    while isinstance(term, Sum):
        term = term.body
    factors = term.factors if isinstance(term, Mul) else (term,)
    return [_base_name(factor) for factor in factors]


def _base_name(factor: Term) -> str:
    names = [node.tensor.name for node in subterms(factor) if isinstance(node, Entry)]
    return (names[0] if names else "1") + ("" if isinstance(factor, Entry) else "_power")


def _is_plain(body: Term) -> bool:
    """True for what needs no step: a number, an entry, or minus one."""
    factors = body.factors if isinstance(body, Mul) else (body,)
    return sum(not isinstance(factor, Number) for factor in factors) <= 1 and not isinstance(body, Sum)


def _unused(name: str, taken: set[str]) -> str:
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, 100))) if n not in taken)


def renamed(term: Term, layer: Layer) -> Term:
    """The term with each statistic of inference replaced by its running average."""

    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor.name in layer.statistics:
            return Entry(running_tensor(layer, node.tensor.name), node.indices)
        return rebuild(node, change)

    return change(term)


def running_tensor(layer: Layer, name: str) -> Tensor:
    """The running average of a statistic: >= 0 where the statistic is."""
    definition = layer.definitions[name]
    above = Signs(layer.definitions).of(definition.entry).above
    return Tensor(f"running_{name}", definition.tensor.shape, Sign.NONNEGATIVE if above else Sign.REAL)
