"""True claims about normalization layers and statistics, of many shapes: what the mutants are made from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sympy
from sympy import Rational, Sum, sqrt
from vocabulary import (
    A,
    C,
    G,
    N,
    T,
    W,
    X,
    a,
    b,
    beta,
    c,
    count,
    d,
    delta,
    eps,
    g,
    gamma,
    grid,
    i,
    j,
    k,
    m,
    n,
    p,
    q,
    r,
    r2,
    t,
    u,
    x,
    y,
    z,
)

import bnsym as bs
from bnsym import Derivation, derivative

States = Callable[[Derivation], None]


def batch_norm(s: Derivation) -> None:
    """Ioffe & Szegedy 2015, one channel."""
    mu = s.define("mu", Sum(x[i], i) / m)
    var = s.define("var", Sum((x[i] - mu) ** 2, i) / m)
    sd = s.define("sd", sqrt(var + eps))
    hat = s.define("hat", i, (x[i] - mu) / sd)
    out = s.define("out", i, gamma * hat[i] + beta)
    loss = Sum(g[i] * out[i], i)
    closed = gamma / (m * sd) * (m * g[p] - Sum(g[i], i) - hat[p] * Sum(g[i] * hat[i], i))
    s.prove("mean of hat", Sum(hat[i], i) / m, 0)
    s.prove("mean square of hat", Sum(hat[i] ** 2, i) / m, var / (var + eps))
    s.prove("variance by squares", var, Sum(x[i] ** 2, i) / m - mu**2)
    s.prove("identity recovery", sd * hat[i] + mu, x[i])
    s.prove("mean of out", Sum(out[i], i) / m, beta)
    s.prove("variance of out", Sum((out[i] - beta) ** 2, i) / m, gamma**2 * var / (var + eps))
    s.prove("gradient of x", derivative(loss, x[p]), closed)
    s.prove("gradient of gamma", derivative(loss, gamma), Sum(g[i] * hat[i], i))
    s.prove("gradient of beta", derivative(loss, beta), Sum(g[i], i))
    s.prove("gradient sums to zero", Sum(derivative(loss, x[q]), q), 0)
    s.prove("jacobian", derivative(hat[j], x[p]), (delta(j, p) - 1 / m - hat[j] * hat[p] / m) / sd)
    s.prove("jacobian of var", derivative(var, x[p]), 2 * (x[p] - mu) / m)


def bias(s: Derivation) -> None:
    """A bias before batch norm cancels; W is m x n."""
    w = sympy.IndexedBase("w", shape=(n,), real=True)
    pre = s.define("pre", i, Sum(W[i, k] * w[k], k) + b)
    mean = s.define("mean", Sum(pre[i], i) / m)
    s.prove("mean with bias", mean, Sum(Sum(W[i, k] * w[k], k), i) / m + b)
    s.prove("bias cancels", pre[j] - mean, Sum(W[j, k] * w[k], k) - Sum(Sum(W[i, k] * w[k], k), i) / m)
    s.prove("no gradient of the bias", derivative((pre[j] - mean) ** 2, b), 0)
    s.prove(
        "gradient of w",
        derivative(Sum(pre[i] ** 2, i), w[bs.index("e", n)]),
        2 * Sum(pre[i] * W[i, bs.index("e", n)], i),
    )


def layer_norm(s: Derivation) -> None:
    """Ba, Kiros & Hinton 2016; rows of X."""
    mean = s.define("rmean", r, Sum(X[r, c], c) / C)
    var = s.define("rvar", r, Sum((X[r, c] - mean[r]) ** 2, c) / C)
    hat = s.define("rhat", r, c, (X[r, c] - mean[r]) / sqrt(var[r] + eps))
    w = bs.tensor("weight", C)
    loss = Sum(Sum(G[r, c] * w[c] * hat[r, c], c), r)
    s.prove("row sums", Sum(hat[r, c], c), 0)
    s.prove(
        "sum over rows of squares",
        Sum(Sum(hat[r2, c] ** 2, c), r2),
        N * C - C * eps * Sum(1 / (var[r2] + eps), r2),
    )
    s.prove("gradient of weight", derivative(loss, w[d]), Sum(G[r, d] * hat[r, d], r))
    scale = 1 / (C * sqrt(var[r] + eps))
    inner = C * G[r, d] * w[d] - Sum(G[r, c] * w[c], c) - hat[r, d] * Sum(G[r, c] * w[c] * hat[r, c], c)
    s.prove("gradient of X", derivative(loss, X[r, d]), scale * inner)
    s.prove("rows are apart", derivative(hat[r, c], X[r2, d]), delta(r, r2) * derivative(hat[r, c], X[r, d]))


def statistics(s: Derivation) -> None:
    mx = s.define("mx", Sum(x[i], i) / m)
    my = s.define("my", Sum(y[i], i) / m)
    s.prove("covariance", Sum((x[i] - mx) * (y[i] - my), i) / m, Sum(x[i] * y[i], i) / m - mx * my)
    s.prove("pairs", Sum((x[i] - x[j]) ** 2, i, j), 2 * m * Sum(x[i] ** 2, i) - 2 * Sum(x[i], i) ** 2)
    s.prove("about a", Sum((x[i] - a) ** 2, i), Sum((x[i] - mx) ** 2, i) + m * (mx - a) ** 2)
    s.prove(
        "lagrange",
        Sum((x[i] * y[j] - x[j] * y[i]) ** 2, i, j) / 2,
        Sum(x[i] ** 2, i) * Sum(y[i] ** 2, i) - Sum(x[i] * y[i], i) ** 2,
    )


def groups(s: Derivation) -> None:
    """N groups of C values, and ragged groups."""
    gm = s.define("gm", r, Sum(X[r, c], c) / C)
    total = s.define("total", Sum(gm[r], r) / N)
    s.prove("mean of means", total, Sum(Sum(X[r, c], r), c) / (N * C))
    within = Sum(Sum((X[r, c] - gm[r]) ** 2, c), r) / (N * C)
    between = Sum((gm[r] - total) ** 2, r) / N
    s.prove("total variance", Sum(Sum((X[r, c] - total) ** 2, c), r) / (N * C), within + between)
    part = s.define("part", t, Sum(grid[t, u], (u, 1, count[t])) / count[t])
    s.prove("ragged", Sum(count[t] * part[t], t), Sum(Sum(grid[t, u], (u, 1, count[t])), t))
    two = sympy.IndexedBase("two", shape=(m + n,), real=True)
    s.prove("joined", Sum(two[u], (u, 1, m + n)), Sum(two[i], i) + Sum(two[m + k], k))


def sums(s: Derivation) -> None:
    rho = bs.scalar("rho", positive=True)
    s.prove("trace of a product", Sum(Sum(A[i, j] * A[j, i], i), j), Sum(Sum(A[j, i] * A[i, j], i), j))
    s.prove(
        "quadratic form",
        derivative(Sum(Sum(A[i, j] * x[i] * x[j], i), j), x[p]),
        Sum((A[p, j] + A[j, p]) * x[j], j),
    )
    s.prove("all but the last", Sum(x[u], (u, 1, m - 1)), Sum(x[i], i) - x[m])
    s.prove("softplus-like root", derivative(sqrt(z**2 + eps), z), z / sqrt(z**2 + eps))
    s.prove(
        "rms",
        Sum((x[i] / sqrt(Sum(x[j] ** 2, j) / m + eps)) ** 2, i),
        m - m * eps / (Sum(x[j] ** 2, j) / m + eps),
    )
    s.prove("geometric weights", rho * Sum(rho ** (T - t), t), Sum(rho ** (T - t + 1), t))
    s.prove("half", sqrt(4 * eps) / eps, 2 / sqrt(eps) + Rational(0))


GROUPS: tuple[States, ...] = (batch_norm, bias, layer_norm, statistics, groups, sums)


@cache
def derivations() -> tuple[Derivation, ...]:
    made = []
    for write in GROUPS:
        derivation = Derivation(write.__name__)
        write(derivation)
        made.append(derivation)
    return tuple(made)
