"""A layer's equations at test time: running averages stand for its statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bnsym.calculus.signs import Signs
from bnsym.kernels.basis import Basis
from bnsym.kernels.equations import Equations, training
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Sign, Tensor, Term
from bnsym.terms.walk import rebuild


def inference(layer: Layer) -> Equations:
    """The equations with the layer's statistics replaced by their running averages."""
    given = {name: running_tensor(layer, name) for name in layer.statistics}
    kept = {name: d for name, d in layer.definitions.items() if name not in given}
    return Equations(layer, {name: _with_given(d, given) for name, d in kept.items()}, given)


def running_tensor(layer: Layer, name: str) -> Tensor:
    """The running average of a statistic: >= 0 where the statistic, written over x centred, is."""
    definition = layer.definitions[name]
    equations = training(layer)
    basis = Basis(equations, equations.names)
    centred = basis.writer().term(basis.centred_form(definition.body))
    above = Signs({}).of(centred).above
    return Tensor(f"running_{name}", definition.tensor.shape, Sign.NONNEGATIVE if above else Sign.REAL)


def _with_given(definition: Definition, given: Mapping[str, Tensor]) -> Definition:
    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor.name in given:
            return Entry(given[node.tensor.name], node.indices)
        return rebuild(node, change)

    return replace(definition, body=change(definition.body))
