"""The 50-digit oracle: a layer's own forward equations, evaluated exactly, and their gradient.

It reads the layer's terms and nothing else: no kernel, plan, normal form or derived gradient.  Beside each
value stands the bound on the error that a kernel of unit roundoff u may make (see `rounded`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from bnsym.layers.layer import Layer
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.terms.nodes import Index
from bnsym.verify.cases import COMPUTED_IN, Case, roundoff
from bnsym.verify.compare import Array
from bnsym.verify.rounded import CONTEXT, Rounded
from bnsym.verify.tape import Tape, Traced


@dataclass(frozen=True)
class Exact:
    """Values, rounded once to float64, and the bounds on a kernel's error before it casts its result."""

    value: Array
    bound: Array

    def budget(self, dtype: Any) -> Array:
        """The bound, one rounding to the result's dtype, and one of the value to float64."""
        kind = np.finfo(dtype)
        cast = float(kind.eps) / 2 * np.abs(self.value) + float(kind.smallest_subnormal)
        return self.bound + cast + float(np.finfo(np.float64).eps) / 2 * np.abs(self.value)


@dataclass(frozen=True)
class Expected:
    """What the layer comes to in one case; `statistics` are its definitions over one index, by name."""

    y: Exact
    gradients: dict[str, Exact]
    statistics: dict[str, Exact]


def training(layer: Layer, case: Case, computed_in: Mapping[str, Any] = COMPUTED_IN) -> Expected:
    """The output, the gradients of sum(grad_y * y) by x and each parameter, and the statistics."""
    with localcontext(CONTEXT):
        tape = Tape(roundoff(case.x.dtype, computed_in))
        leaves = _leaves(tape, case.inputs)
        evaluator = _evaluator(layer, case, tape, leaves, tuple(layer.definitions))
        y = _outputs(layer, case, evaluator)
        upstream = [tape.number(float(g)).number for g in case.grad_y.ravel()]
        gradient = tape.gradient(dict(zip(y, upstream, strict=True)))
        return Expected(
            _exact([node.number for node in y], case.x.shape),
            {
                f"grad_{name}": _exact(
                    [gradient[leaves[name, at].place] for at in _positions(value.shape)], value.shape
                )
                for name, value in case.inputs.items()
            },
            _statistics(layer, case, evaluator),
        )


def inference(
    layer: Layer, case: Case, running: dict[str, Array], computed_in: Mapping[str, Any] = COMPUTED_IN
) -> Exact:
    """The output where running averages take the place of the layer's statistics."""
    with localcontext(CONTEXT):
        tape = Tape(roundoff(case.x.dtype, computed_in))
        leaves = _leaves(tape, {**case.inputs, **running})
        kept = tuple(name for name in layer.definitions if name not in running)
        y = _outputs(layer, case, _evaluator(layer, case, tape, leaves, kept))
        return _exact([node.number for node in y], case.x.shape)


def loss(layer: Layer, case: Case) -> Decimal:
    """sum(grad_y * y) to 50 digits, of inputs that are taken exactly."""
    with localcontext(CONTEXT):
        tape = Tape(Decimal(0))
        evaluator = _evaluator(layer, case, tape, _leaves(tape, case.inputs), tuple(layer.definitions))
        pairs = zip(case.grad_y.ravel(), _outputs(layer, case, evaluator), strict=True)
        return sum((Decimal(float(g)) * node.number.value for g, node in pairs), Decimal(0))


Leaves = dict[tuple[str, tuple[int, ...]], Traced]


def _positions(shape: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(int(k) + 1 for k in at) for at in np.ndindex(*shape)]


def _leaves(tape: Tape, arrays: dict[str, Array]) -> Leaves:
    return {
        (name, at): tape.number(float(value))
        for name, array in arrays.items()
        for at, value in zip(_positions(array.shape), array.ravel(), strict=True)
    }


def _evaluator(layer: Layer, case: Case, tape: Tape, leaves: Leaves, defined: tuple[str, ...]) -> Evaluator:
    rows, channels = case.x.shape
    instance = Instance(
        {"N": rows, "C": channels},
        {layer.constant.name: tape.number(case.eps)},
        dict(leaves),
        {name: layer.definitions[name] for name in defined},
    )
    return Evaluator(instance, tape, shared=False)  # each operation's rounding is counted where it stands


def _outputs(layer: Layer, case: Case, evaluator: Evaluator) -> list[Traced]:
    n, c = layer.output.parameters
    return [evaluator.value(layer.output.body, {n: i, c: j}) for i, j in _positions(case.x.shape)]


def _statistics(layer: Layer, case: Case, evaluator: Evaluator) -> dict[str, Exact]:
    found = {}
    for name, definition in layer.definitions.items():
        if len(definition.parameters) != 1:
            continue
        index = definition.parameters[0]
        if not isinstance(index, Index):
            continue
        values = [evaluator.value(definition.body, {index: k}) for k in evaluator.positions(index, {})]
        found[name] = _exact([value.number for value in values], (len(values),))
    return found


def _exact(numbers: Sequence[Rounded], shape: tuple[int, ...]) -> Exact:
    def array(values: list[Decimal]) -> Array:
        return np.array([float(value) for value in values]).reshape(shape)

    return Exact(array([number.value for number in numbers]), array([number.error for number in numbers]))
