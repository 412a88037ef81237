"""Running statistics: new = (1 - momentum)*old + momentum*batch, as a plan like any other."""

from __future__ import annotations

from bnsym.calculus.normal import Normalizer
from bnsym.kernels.equations import training
from bnsym.kernels.inference import running_tensor
from bnsym.kernels.parts import Mean, find_mean
from bnsym.kernels.plan import Function, Promise
from bnsym.layers.layer import Layer
from bnsym.proof.claims import Claim
from bnsym.terms.nodes import (
    ONE,
    Definition,
    Entry,
    Sign,
    Symbol,
    Tensor,
    Term,
    add,
    divide,
    mul,
    power,
    subtract,
)
from bnsym.terms.walk import substitute

MOMENTUM = Symbol("momentum", Sign.REAL)
CORRECTION = Symbol("correction", Sign.REAL)


def update(layer: Layer) -> Function | None:
    """update_running_stats, for a layer that has running statistics."""
    if not layer.statistics:
        return None
    steps = tuple(_step(layer, name) for name in layer.statistics)
    inputs = [running_tensor(layer, name) for name in layer.statistics]
    inputs += [layer.definitions[name].tensor for name in layer.statistics]
    return Function("update_running_stats", tuple(inputs), steps, tuple(s.tensor.name for s in steps))


def _step(layer: Layer, name: str) -> Definition:
    definition = layer.definitions[name]
    old = Entry(running_tensor(layer, name), definition.parameters)
    batch = mul(CORRECTION, definition.entry) if corrected(layer, name) else definition.entry
    body = add(mul(subtract(ONE, MOMENTUM), old), mul(MOMENTUM, batch))
    return Definition(Tensor(f"new_{name}", definition.tensor.shape, Sign.REAL), definition.parameters, body)


def mean_of(layer: Layer) -> Mean | None:
    """The mean that the layer's statistics are about."""
    return find_mean(training(layer), set())


def corrected(layer: Layer, name: str) -> bool:
    """True for a statistic that is proved to be the biased variance: it has an unbiased form."""
    mean = mean_of(layer)
    if mean is None or mean.definition.tensor.name == name:
        return False
    biased = divide(_squares(layer, mean), mean.count)
    return Normalizer(layer.definitions).equal(layer.definitions[name].body, biased)


def _squares(layer: Layer, mean: Mean) -> Term:
    x = Entry(layer.input, (layer.row, layer.channel))
    return mean.sum(power(subtract(x, mean.definition.entry), 2))


def running_promises(layer: Layer, function: Function) -> tuple[Promise, ...]:
    """With correction 1 the batch's own statistics enter, with N/(N - 1) the unbiased variance."""
    return tuple(
        promise
        for step, name in zip(function.steps, layer.statistics, strict=True)
        for promise in _promises_of(layer, step, name)
    )


def _promises_of(layer: Layer, step: Definition, name: str) -> tuple[Promise, ...]:
    definition = layer.definitions[name]
    old = Entry(running_tensor(layer, name), definition.parameters)
    plain = average(old, definition.entry)
    title = f"{layer.name}.update_running_stats.{name}"
    first = Promise(title, Claim(substitute(step.body, {CORRECTION: ONE}), "=", plain, layer.definitions))
    mean = mean_of(layer)
    if mean is None or not corrected(layer, name):
        return (first,)
    return (first, _unbiased(layer, step, mean, old, title))


def _unbiased(layer: Layer, step: Definition, mean: Mean, old: Term, title: str) -> Promise:
    count = mean.count
    one_less = subtract(count, ONE)
    body = substitute(step.body, {CORRECTION: divide(count, one_less)})
    meaning = average(old, divide(_squares(layer, mean), one_less))
    return Promise(f"{title}.unbiased", Claim(body, "=", meaning, layer.definitions))


def average(old: Term, batch: Term) -> Term:
    """(1 - momentum)*old + momentum*batch."""
    return add(mul(subtract(ONE, MOMENTUM), old), mul(MOMENTUM, batch))
