"""The inputs of the checks: one table of named cases, the hostile ones among them.

Each has a free random upstream gradient and random gamma and beta; the random numbers are fixed by the
case's own name.  Shapes are small, since every value is compared with 50 exact digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zlib import crc32

import numpy as np

from bnsym.verify.compare import Array

COMPUTED_IN: Mapping[str, Any] = {"float64": np.float64, "float32": np.float64, "float16": np.float32}


def roundoff(dtype: Any, computed_in: Mapping[str, Any] = COMPUTED_IN) -> Decimal:
    """The unit roundoff that a kernel computes with for input of this dtype: float16 runs in float32."""
    return Decimal(float(np.finfo(computed_in[np.dtype(dtype).name]).eps)) / 2


@dataclass(frozen=True)
class Case:
    """x and grad_y of shape (rows, C), each parameter of shape (C,), all of one dtype, and eps.

    `parameters` are in the order in which a kernel takes them.  The arrays are read-only: a kernel that
    writes to its input must not change what others are checked on.
    """

    x: Array
    grad_y: Array
    eps: float
    parameters: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (*self.inputs.values(), self.grad_y):
            array.flags.writeable = False

    @property
    def inputs(self) -> dict[str, Array]:
        """x and the parameters, by name: what there is a gradient by."""
        return {"x": self.x, **self.parameters}

    @property
    def arguments(self) -> tuple[Array, ...]:
        """What `forward` takes first, as copies."""
        return tuple(value.copy() for value in self.inputs.values())

    def with_input(self, name: str, value: Array) -> Case:
        """The case with x or a parameter replaced."""
        if name == "x":
            return replace(self, x=value)
        return replace(self, parameters={**self.parameters, name: value})


def random_case(
    name: str,
    shape: tuple[int, int],
    parameters: Sequence[str] = ("gamma", "beta"),
    *,
    offset: float = 0.0,
    scale: float = 1.0,
    eps: float = 1e-5,
    dtype: str = "float64",
) -> Case:
    """x = offset + scale * normal; parameters of both signs, between 1/2 and 2 in size."""
    draw = np.random.default_rng(crc32(name.encode()))

    def parameter() -> Array:
        return np.asarray(draw.uniform(0.5, 2.0, shape[1]) * draw.choice([-1.0, 1.0], shape[1]))

    x = offset + scale * draw.normal(size=shape)
    grad_y = draw.normal(size=shape)
    values = {name: parameter().astype(dtype) for name in parameters}
    return Case(x.astype(dtype), grad_y.astype(dtype), eps, values)


def _constant(name: str, parameters: Sequence[str]) -> Case:
    """A constant column and a constant row, so that both kinds of layer meet a variance of 0."""
    case = random_case(name, (4, 3), parameters, offset=1.0)
    x = case.x.copy()
    x[:, 0] = x[0, :] = 3.3
    return replace(case, x=x)


def _parameters_zero(name: str, parameters: Sequence[str]) -> Case:
    """In one channel the first parameter is 0, in another the last."""
    case = random_case(name, (4, 3), parameters)
    for parameter, channel in [(one, 1) for one in parameters[:1]] + [(one, 2) for one in parameters[-1:]]:
        case = case.with_input(parameter, case.parameters[parameter] * (np.arange(3) != channel))
    return case


Builder = Callable[[str, Sequence[str]], Case]


def _random(*shape: int, **options: Any) -> Builder:
    return lambda name, parameters: random_case(name, (shape[0], shape[1]), parameters, **options)


# eps is comparable to the variance wherever that is possible: only then does a lost eps show.
CASES: Mapping[str, Builder] = {
    "ordinary": _random(5, 4, offset=0.5),
    "variance comparable to eps": _random(4, 3, eps=0.7),
    "N = 2": _random(2, 2, eps=0.1),
    "float32": _random(5, 4, offset=0.5, eps=0.3, dtype="float32"),
    "float16": _random(5, 4, offset=0.5, eps=0.3, dtype="float16"),
    "constant channel": _constant,
    "parameters of 0": _parameters_zero,
    "one channel": _random(5, 1, eps=0.4),
    "large offset, float32": _random(6, 4, offset=1e4, dtype="float32"),
    "large offset, float64": _random(6, 4, offset=1e8),
    "large scale, 1e150": _random(4, 3, scale=1e150),
    "tiny scale, 1e-150": _random(4, 3, scale=1e-150),
    "tiny scale and eps, 1e-150 and 1e-300": _random(4, 3, scale=1e-150, eps=1e-300),
    "large scale, float32, 1e18": _random(4, 3, scale=1e18, dtype="float32"),
    "largest scale, float32, 1e38": _random(4, 3, scale=1e38, dtype="float32"),
    "tiny scale, float32, 1e-20": _random(4, 3, scale=1e-20, eps=1e-40, dtype="float32"),
    "large scale, float16, 1e4": _random(4, 3, scale=1e4, dtype="float16"),
    "images": _random(24, 2, offset=0.3, eps=0.2),
    "images, default eps": _random(24, 2, scale=0.003),
    "a single row": _random(1, 4, eps=0.2),
}


def named_case(name: str, parameters: Sequence[str] = ("gamma", "beta")) -> Case:
    """The case of that name, for a layer with these parameters."""
    return CASES[name](name, parameters)
