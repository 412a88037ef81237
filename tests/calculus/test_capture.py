"""Capture, by name: bound, free and parameter indices of equal names.  Each true claim has a false twin."""

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Sum, sqrt
from vocabulary import (
    A,
    C,
    N,
    W,
    X,
    c,
    count,
    d,
    decided,
    delta,
    eps,
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
    seq,
    t,
    u,
    x,
    y,
)

from bnsym import Derivation, derivative

State = Callable[[Derivation], tuple[Any, Any, Any]]  # left, right, and the false twin of right


def same_name_three_deep(d: Derivation) -> tuple[Any, Any, Any]:
    """A sum inside a root inside a sum, each over `i`."""
    inner = sqrt(Sum(x[i] ** 2, i) + eps)
    twin = Sum(x[i] * sqrt(x[i] ** 2 + eps), i)
    return Sum(x[i] * inner, i), Sum(x[j], j) * sqrt(Sum(x[p] ** 2, p) + eps), twin


def row_norms(d: Derivation) -> tuple[Any, Any, Any]:
    """sum over rows of a root of a sum over the row: x[r, c] is not x[c, c]."""
    s = sympy.Sum(A[i, j] ** 2, j)
    return (
        Sum(A[i, p] / sqrt(s + eps), i),
        Sum(A[q, p] / sqrt(Sum(A[q, i] ** 2, i) + eps), q),
        Sum(A[q, p] / sqrt(Sum(A[i, i] ** 2, i) + eps), q),
    )


def layer_norm_rows(d_: Derivation) -> tuple[Any, Any, Any]:
    """Row means and roots under a sum over rows, written with c in the definition and in the claim."""
    mean = d_.define("mean", r, Sum(X[r, c], c) / C)
    var = d_.define("var", r, Sum((X[r, c] - mean[r]) ** 2, c) / C)
    hat = d_.define("hat", r, c, (X[r, c] - mean[r]) / sqrt(var[r] + eps))
    total = Sum(Sum(hat[r2, c] ** 2, c), r2)
    return (
        total,
        N * C - C * eps * Sum(1 / (var[r2] + eps), r2),
        N * C - N * eps * Sum(1 / (var[r2] + eps), r2),
    )


def definition_at_the_name_of_its_bound_index(d: Derivation) -> tuple[Any, Any, Any]:
    """row[i] binds j in its body; row[j] must not become sum_j A[j, j]."""
    row = d.define("row", i, Sum(A[i, j], j))
    return Sum(row[j] * x[j], j), Sum(Sum(A[p, q], q) * x[p], p), Sum(x[p], p) * Sum(A[q, q], q)


def definition_in_its_own_sum(d: Derivation) -> tuple[Any, Any, Any]:
    row = d.define("row", i, Sum(A[i, j] * x[j], j))
    return (
        Sum(A[i, j] * row[j], j),
        Sum(Sum(A[i, j] * A[j, p] * x[p], p), j),
        Sum(Sum(A[i, j] * A[j, j], j), p),
    )


def free_index_swapped(d: Derivation) -> tuple[Any, Any, Any]:
    """Two parameters given in each other's names: both at once, not one after the other."""
    swap = d.define("swap", i, j, A[i, j] - 2 * A[j, i])
    return swap[j, i], A[j, i] - 2 * A[i, j], -A[i, j]


def two_sums_multiplied(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(x[i], i) * Sum(y[i], i), Sum(Sum(x[i] * y[j], j), i), Sum(x[i] * y[i], i)


def a_sum_squared(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(x[i], i) ** 2, Sum(x[i] * x[j], i, j), Sum(x[i] ** 2, i)


def free_beside_bound(d: Derivation) -> tuple[Any, Any, Any]:
    return x[i] * Sum(x[i], i), Sum(x[i] * x[j], j), Sum(x[j] * x[j], j)


def sum_of_a_sum_of_the_same_name(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(Sum(x[i], i), i), m * Sum(x[j], j), Sum(x[j], j)


def root_three_levels(d: Derivation) -> tuple[Any, Any, Any]:
    """Sums in roots in sums in roots: heights of binders differ."""
    inner = Sum(sqrt(A[i, j] ** 2 + eps), j)
    twisted = Sum(sqrt(A[j, i] ** 2 + eps), j)
    return (
        sqrt(Sum(x[i] * inner, i) ** 2 + eps),
        sqrt(Sum(x[q] * Sum(sqrt(A[q, p] ** 2 + eps), p), q) ** 2 + eps),
        sqrt(Sum(x[i] * twisted, i) ** 2 + eps),
    )


def transposed(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(Sum(A[i, j] * A[j, i], i), j), Sum(Sum(A[j, i] * A[i, j], i), j), Sum(Sum(A[i, j] ** 2, i), j)


def three_cycle(d: Derivation) -> tuple[Any, Any, Any]:
    cycle = Sum(Sum(Sum(A[i, j] * A[j, p] * A[p, i], i), j), p)
    return (
        cycle,
        Sum(Sum(Sum(A[j, p] * A[p, i] * A[i, j], p), j), i),
        Sum(Sum(Sum(A[i, j] * A[j, p] * A[i, p], i), j), p),
    )


def generic_position_named_as_the_binder(d: Derivation) -> tuple[Any, Any, Any]:
    return derivative(Sum(x[i] ** 2, i), x[i]), 2 * x[i], 2 * Sum(x[i], i)


def gradient_under_its_own_binder(d: Derivation) -> tuple[Any, Any, Any]:
    """Euler: sum_i x[i] * dL/dx[i], all named i."""
    loss = Sum(x[i] ** 2, i)
    return Sum(x[i] * derivative(loss, x[i]), i), 2 * Sum(x[j] ** 2, j), 2 * Sum(x[j], j)


def sifted_under_a_binder_of_the_same_name(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(Sum(delta(i, j) * A[i, p], i) * x[j], j), Sum(A[i, p] * x[i], i), Sum(A[i, i] * x[i], i)


def sifted_into_a_root(d: Derivation) -> tuple[Any, Any, Any]:
    norm = d.define("norm", i, sqrt(Sum(A[i, j] ** 2, j) + eps))
    return Sum(delta(i, p) * norm[i], i), norm[p], sqrt(Sum(A[i, i] ** 2, i) + eps)


def matrices_of_two_sizes(d: Derivation) -> tuple[Any, Any, Any]:
    """W[i, k] with i over m and k over n; the names i and k bound twice."""
    v = sympy.IndexedBase("v", shape=(n,), real=True)
    left = Sum(Sum(W[i, k] * v[k], k) ** 2, i)
    return (
        left,
        Sum(Sum(Sum(W[i, k] * W[i, c_], i) * v[k] * v[c_], k), c_),
        Sum(Sum(W[i, k] ** 2, i) * v[k] ** 2, k),
    )


c_ = sympy.Idx("c_", (1, n))


def ragged_ranges_of_one_name(d: Derivation) -> tuple[Any, Any, Any]:
    inner = Sum(grid[t, u], (u, 1, count[t]))
    return (
        Sum(inner**2, t),
        Sum(Sum(Sum(grid[t, u] * grid[t, p_], (u, 1, count[t])), (p_, 1, count[t])), t),
        Sum(Sum(grid[t, u] ** 2, (u, 1, count[t])), t),
    )


p_ = sympy.Symbol("p_", integer=True)


def shifted_binder(d: Derivation) -> tuple[Any, Any, Any]:
    return Sum(seq[u + 1] * x[i], (u, 0, m - 1)), x[i] * Sum(seq[i], i), Sum(seq[i] * x[i], i)


def definition_of_a_definition(d: Derivation) -> tuple[Any, Any, Any]:
    """inner[i] is used at j inside a body that binds i."""
    inner = d.define("inner", i, Sum(A[i, j], j))
    outer = d.define("outer", j, Sum(A[i, j] * inner[i], i))
    return outer[i], Sum(Sum(A[p, i] * A[p, q], q), p), Sum(Sum(A[p, i] * A[i, q], q), p)


def gradient_of_a_row(d_: Derivation) -> tuple[Any, Any, Any]:
    """The mean of another row does not depend on this one."""
    mean = d_.define("mean", r, Sum(X[r, c], c) / C)
    total = Sum(mean[r] ** 2, r)
    right = 2 * Sum(X[r, d], d) / C**2
    return derivative(total, X[r, c]), right, right * N


def mean_inside_its_own_sum(d: Derivation) -> tuple[Any, Any, Any]:
    mu = d.define("mu", Sum(x[i], i) / m)
    return Sum((x[i] - mu) ** 2, i), Sum(x[i] ** 2, i) - m * mu**2, Sum(x[i] ** 2, i) - mu**2


def symmetric_pairs(d: Derivation) -> tuple[Any, Any, Any]:
    """Two binders that only a denominator tells apart."""
    below = 2 * x[i] ** 2 + x[j] ** 2 + eps
    turned = below.xreplace({x[i]: x[j], x[j]: x[i]})
    return Sum(x[i] / below, i, j), Sum(x[j] / turned, i, j), Sum(x[j] / below, i, j)


CASES: tuple[State, ...] = (
    same_name_three_deep,
    row_norms,
    layer_norm_rows,
    definition_at_the_name_of_its_bound_index,
    definition_in_its_own_sum,
    free_index_swapped,
    two_sums_multiplied,
    a_sum_squared,
    free_beside_bound,
    sum_of_a_sum_of_the_same_name,
    root_three_levels,
    transposed,
    three_cycle,
    generic_position_named_as_the_binder,
    gradient_under_its_own_binder,
    sifted_under_a_binder_of_the_same_name,
    sifted_into_a_root,
    matrices_of_two_sizes,
    ragged_ranges_of_one_name,
    shifted_binder,
    definition_of_a_definition,
    gradient_of_a_row,
    mean_inside_its_own_sum,
    symmetric_pairs,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_equal_names_are_not_confused(case: State) -> None:
    def state(derivation: Derivation) -> None:
        left, right, _ = case(derivation)
        derivation.prove("true", left, right)

    assert decided(state).verdict == "proved"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_captured_twin_is_refuted(case: State) -> None:
    def state(derivation: Derivation) -> None:
        left, _, twin = case(derivation)
        derivation.refute("false", left, twin)

    assert decided(state).verdict == "refuted"
