"""What the tests of proofs write claims with: sizes, indices, tensors, and a claim decided in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

import bnsym as bs
from bnsym import Derivation, Outcome

m, n, T = bs.sizes("m n T")
N, C = bs.sizes("N C")
i, j, p, q = (bs.index(name, m) for name in "ijpq")
k, l = (bs.index(name, n) for name in "kl")  # noqa: E741
t = bs.index("t", T)
r, r2 = bs.index("r", N), bs.index("r2", N)
c, d = bs.index("c", C), bs.index("d", C)
u = sympy.Symbol("u", integer=True)
x, y, g, h = (bs.tensor(name, m) for name in "xygh")
pos = bs.tensor("pos", m, positive=True)
A = bs.tensor("A", m, m)
W = bs.tensor("W", m, n)
X, G = bs.tensor("X", N, C), bs.tensor("G", N, C)
seq = bs.tensor("seq", sympy.oo)
grid = bs.tensor("grid", T, sympy.oo)
count = bs.tensor("count", T, positive=True, integer=True)
a, b, z = (bs.scalar(name) for name in "abz")
gamma, beta = bs.scalar("gamma"), bs.scalar("beta")
eps = bs.scalar("epsilon", positive=True)
delta = sympy.KroneckerDelta


def decided(state: Callable[[Derivation], Any]) -> Outcome:
    """The last outcome of a derivation that `state` writes."""
    derivation = Derivation("test")
    state(derivation)
    return derivation.check()[-1]


def claim(left: Any, right: Any, relation: str = "=") -> Outcome:
    """The outcome of one claim without definitions."""
    return decided(lambda derivation: derivation.prove("claim", left, right, relation))
