"""Finds a layer's plan: what to reduce, which scalars, one elementwise pass.

The layer's equations and the derivatives of sum(grad_y * y) are normalized over the layer's basis.  What
the normal form then sums are the reductions; what stands beside them with fewer axes than x are the
scalars; the rest is one elementwise pass.  Nothing here is trusted: the plan that comes out is proved
before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from bnsym.calculus.atoms import Polynomial
from bnsym.calculus.derivative import Differentiator
from bnsym.kernels.basis import Basis
from bnsym.kernels.equations import Equations, training, unused
from bnsym.kernels.inference import inference
from bnsym.kernels.passes import Passes
from bnsym.kernels.plan import Function
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Sum, Tensor, Term, mul, subtract
from bnsym.terms.walk import subterms


class Planner:
    """Plans the functions of one layer."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        equations = training(layer)
        self.basis = Basis(equations, equations.names)
        self.passes = Passes(self.basis)
        shape = (layer.row.high, layer.channel.high)
        output = layer.output.tensor.name
        self.upstream = Tensor(unused(f"grad_{output}", self.basis.taken), shape, Sign.REAL)
        self.basis.know(self.upstream)

    def forward(self) -> Function:
        """x and the parameters -> the output, by way of the statistics."""
        return self._forward("forward", self.basis, self.passes)

    def inference(self) -> Function:
        """As forward, with the layer's statistics given as running_..., where it has such."""
        equations = inference(self.layer)
        basis = Basis(equations, equations.names)
        return self._forward("inference", basis, Passes(basis))

    def backward(self) -> Function:
        """grad_y and what forward saved -> the gradient of x and of each parameter."""
        targets = (self.layer.input, *self.layer.parameters)
        names = [unused(f"grad_{tensor.name}", self.basis.taken) for tensor in targets]
        forms = [self._gradient(tensor) for tensor in targets]
        steps = [*_normalizing(self.basis, joined=True), *self.passes.reductions(forms)]
        for name, tensor, form in zip(names, targets, forms, strict=True):
            steps += self.passes.split(name, place_of(self.layer, tensor), form)
        return _function("backward", steps, tuple(names), frozenset())

    def _forward(self, name: str, basis: Basis, passes: Passes) -> Function:
        output = basis.equations.output
        form = basis.normalized_form(output.body)
        steps = [*_statistics(basis), *_root(basis), *_normalizing(basis, joined=_is_given(basis))]
        steps += [*_other_statistics(basis), *passes.reductions([form])]
        steps += passes.split(output.tensor.name, basis.place, form)
        return _function(name, steps, (output.tensor.name,), frozenset(self.layer.statistics))

    def _gradient(self, tensor: Tensor) -> Polynomial:
        """d sum(grad_y * y) / d tensor at its generic position, over the basis."""
        return self.basis.normalized_form(gradient_term(self.basis.equations, tensor, self.upstream))


def place_of(layer: Layer, tensor: Tensor) -> tuple[Index, ...]:
    """The generic position of x or of a parameter."""
    return (layer.row, layer.channel) if tensor is layer.input else (layer.channel,)


def gradient_term(equations: Equations, tensor: Tensor, upstream: Tensor) -> Term:
    """The derivative of sum(upstream * y) by the tensor's generic entry, for a free upstream gradient."""
    layer = equations.layer
    weighed = mul(Entry(upstream, equations.place), equations.output.entry)
    loss = Sum(layer.row, Sum(layer.channel, weighed))
    return Differentiator(Entry(tensor, place_of(layer, tensor)), equations.definitions).derivative(loss)


# -- the steps before the output --------------------------------------------------------------------------


def _is_given(basis: Basis) -> bool:
    return basis.mean is None or basis.mean.given


def _centering(basis: Basis) -> Definition | None:
    """centered = x - mean."""
    if basis.mean is None:
        return None
    x = basis.generic(basis.equations.layer.input)
    return Definition(basis.centered, basis.place, subtract(x, basis.mean.definition.entry))


def _statistics(basis: Basis) -> list[Definition]:
    """The mean, x centred, and each statistic by its normal form over the centred part."""
    steps: list[Definition] = []
    centering = _centering(basis)
    if basis.mean is not None and centering is not None and not basis.mean.given:
        steps += [basis.mean.definition, centering]
    return [*steps, *(_by_centred_form(basis, d) for d in basis.closed.values())]


def _other_statistics(basis: Basis) -> list[Definition]:
    """What is averaged for inference and not computed yet."""
    layer = basis.equations.layer
    made = {*basis.closed, *([basis.mean.tensor.name] if basis.mean else []), *basis.equations.given}
    return [_by_centred_form(basis, layer.definitions[name]) for name in layer.statistics if name not in made]


def _by_centred_form(basis: Basis, definition: Definition) -> Definition:
    body = basis.writer().term(basis.centred_form(definition.body))
    return Definition(definition.tensor, definition.parameters, body)


def _root(basis: Basis) -> list[Definition]:
    return [] if basis.root is None else [basis.root.inverse]


def _normalizing(basis: Basis, joined: bool) -> list[Definition]:
    """The normalized input; `joined`: from x in one step, since x is not centred yet."""
    centering = _centering(basis)
    if basis.root is None or not basis.divides:
        return [centering] if joined and centering is not None else []
    start = centering.body if joined and centering is not None else basis.generic(basis.centered)
    return [Definition(basis.normalized, basis.place, mul(start, basis.root.inverse.entry))]


def _function(
    name: str, steps: Sequence[Definition], outputs: tuple[str, ...], kept: AbstractSet[str]
) -> Function:
    """The function of these steps, without those that lead to nothing that is returned or kept.

    It takes what the steps use and do not define, in the order of first use.
    """
    wanted = set(outputs) | kept
    led: list[Definition] = []
    for step in reversed(steps):
        if step.tensor.name in wanted:
            led.insert(0, step)
            wanted |= {entry.tensor.name for entry in _entries(step)}
    made: set[str] = set()
    taken: dict[Tensor, None] = {}
    for step in led:
        taken |= dict.fromkeys(entry.tensor for entry in _entries(step) if entry.tensor.name not in made)
        made.add(step.tensor.name)
    return Function(name, tuple(taken), tuple(led), outputs)


def _entries(step: Definition) -> Iterator[Entry]:
    return (node for node in subterms(step.body) if isinstance(node, Entry))
