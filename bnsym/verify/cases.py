"""The inputs of the checks: one table of named cases, the hostile ones among them.

Each has a free random upstream gradient and random gamma and beta; the random numbers are fixed by the
case's own name.  Shapes are small, since every value is compared with 50 exact digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zlib import crc32

import numpy as np

from bnsym.verify.compare import Array

COMPUTED_IN: Mapping[str, Any] = {"float64": np.float64, "float32": np.float64, "float16": np.float32}


def roundoff(dtype: Any) -> Decimal:
    """The unit roundoff that a kernel computes with for input of this dtype: float16 runs in float32."""
    return Decimal(float(np.finfo(COMPUTED_IN[np.dtype(dtype).name]).eps)) / 2


@dataclass(frozen=True)
class Case:
    """x and grad_y of shape (rows, C), gamma and beta of shape (C,), all of one dtype, and eps.

    The arrays are read-only: a kernel that writes to its input must not change what others are checked on.
    """

    x: Array
    gamma: Array
    beta: Array
    grad_y: Array
    eps: float

    def __post_init__(self) -> None:
        for array in (self.x, self.gamma, self.beta, self.grad_y):
            array.flags.writeable = False

    @property
    def arguments(self) -> tuple[Array, Array, Array]:
        """What `forward` takes first, as copies."""
        return self.x.copy(), self.gamma.copy(), self.beta.copy()


def random_case(
    name: str,
    shape: tuple[int, int],
    *,
    offset: float = 0.0,
    scale: float = 1.0,
    eps: float = 1e-5,
    dtype: str = "float64",
) -> Case:
    """x = offset + scale * normal; gamma and beta of both signs, between 1/2 and 2 in size."""
    draw = np.random.default_rng(crc32(name.encode()))

    def parameter() -> Array:
        return np.asarray(draw.uniform(0.5, 2.0, shape[1]) * draw.choice([-1.0, 1.0], shape[1]))

    x = offset + scale * draw.normal(size=shape)
    grad_y = draw.normal(size=shape)
    return Case(
        x.astype(dtype), parameter().astype(dtype), parameter().astype(dtype), grad_y.astype(dtype), eps
    )


def _constant(name: str) -> Case:
    """A constant column and a constant row, so that both kinds of layer meet a variance of 0."""
    case = random_case(name, (4, 3), offset=1.0)
    x = case.x.copy()
    x[:, 0] = x[0, :] = 3.3
    return replace(case, x=x)


def _one_gamma_zero(name: str) -> Case:
    case = random_case(name, (4, 3))
    return replace(case, gamma=case.gamma * [1.0, 0.0, 1.0])


def _random(*shape: int, **options: Any) -> Callable[[str], Case]:
    return lambda name: random_case(name, (shape[0], shape[1]), **options)


# eps is comparable to the variance wherever that is possible: only then does a lost eps show.
CASES: Mapping[str, Callable[[str], Case]] = {
    "ordinary": _random(5, 4, offset=0.5),
    "variance comparable to eps": _random(4, 3, eps=0.7),
    "N = 2": _random(2, 2, eps=0.1),
    "float32": _random(5, 4, offset=0.5, eps=0.3, dtype="float32"),
    "float16": _random(5, 4, offset=0.5, eps=0.3, dtype="float16"),
    "constant channel": _constant,
    "gamma = 0 in a channel": _one_gamma_zero,
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


def named_case(name: str) -> Case:
    """The case of that name."""
    return CASES[name](name)
