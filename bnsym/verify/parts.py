"""The parts of a normalization's formulas, written out by hand: what mutants are made of.

Plain NumPy in float64 on (rows, C), from no derivation: it shares nothing with what it helps to test.  With
gg = gamma g and means over the group that is normalized,

    y = gamma xhat + beta,   dx = (gg - mean(gg) - xhat mean(gg xhat)) / s,   s = sqrt(var + eps).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.layout import flatten, unflatten


@dataclass
class Call:
    """One call of `forward`, kept for `backward`; `axis` is the one of (rows, C) that is normalized over.

    Where a check reads the kernel's own saved statistics, it finds them here too.
    """

    saved: Any
    x: Array
    gamma: Array
    beta: Array
    axis: int
    eps: float = 1e-5
    channel_axis: int = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "saved"), name)

    def rows(self, array: Array) -> Array:
        """An array of x's shape as float64 rows."""
        return flatten(array, self.channel_axis).astype(np.float64)

    def like_x(self, rows: Array) -> Array:
        """Rows as an array of x's shape and dtype."""
        return unflatten(rows, self.x.shape, self.channel_axis).astype(self.x.dtype)


@dataclass
class Parts:
    """The parts for one call; what only the backward has needs `grad_y`."""

    call: Call
    grad_y: Array | None = None
    x: Array = field(init=False)
    mean: Array = field(init=False)
    centred: Array = field(init=False)
    var: Array = field(init=False)
    gamma: Array = field(init=False)
    beta: Array = field(init=False)
    m: int = field(init=False)

    def __post_init__(self) -> None:
        self.x = self.call.rows(self.call.x)
        self.m = self.x.shape[self.call.axis]
        self.mean = self.average(self.x)
        self.centred = self.x - self.mean
        self.var = self.average(self.centred**2)
        self.gamma, self.beta = (p.astype(np.float64) for p in (self.call.gamma, self.call.beta))

    def average(self, rows: Array, axis: int | None = None) -> Array:
        """The mean over the group, kept as an axis of length 1."""
        return np.asarray(rows.mean(axis=self.call.axis if axis is None else axis, keepdims=True))

    @property
    def eps(self) -> float:
        """The call's eps."""
        return self.call.eps

    @property
    def unbiased(self) -> float:
        """m / (m - 1); 1 for a group of one."""
        return self.m / (self.m - 1) if self.m > 1 else 1.0

    @property
    def s(self) -> Array:
        """sqrt(var + eps)."""
        return np.asarray(np.sqrt(self.var + self.eps))

    @property
    def xhat(self) -> Array:
        """(x - mean) / s."""
        return self.centred / self.s

    @property
    def g(self) -> Array:
        """The upstream gradient as rows."""
        return self.call.rows(np.asarray(self.grad_y))

    @property
    def gg(self) -> Array:
        """gamma times the upstream gradient."""
        return self.gamma * self.g

    @property
    def direct(self) -> Array:
        """The term of dx that would stay if mean and var were constants."""
        return self.gg / self.s

    @property
    def through_mean(self) -> Array:
        """The term of dx that comes through the mean."""
        return self.average(self.gg) / self.s

    @property
    def projection(self) -> Array:
        """The term of dx that comes through the variance."""
        return self.xhat * self.average(self.gg * self.xhat) / self.s

    def dx(
        self, gamma: Array | float | None = None, s: Array | None = None, axis: int | None = None
    ) -> Array:
        """The gradient by x, with another gamma, another s, or means along another axis."""
        gg = self.g * (self.gamma if gamma is None else gamma)
        s = self.s if s is None else s
        xhat = self.centred / s
        return (gg - self.average(gg, axis) - xhat * self.average(gg * xhat, axis)) / s

    def samples(self, rows: Array) -> Array:
        """Rows as (N, pixels, C)."""
        return rows.reshape(self.call.x.shape[0], -1, rows.shape[1])
