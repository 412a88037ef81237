"""Each reason proves what its meaning says, and refuses what needs a stronger one."""

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Add, Sum, oo, sqrt
from vocabulary import A, T, W, a, b, count, delta, eps, grid, i, j, k, m, n, p, q, seq, t, u, x, y, z

import bnsym as bs
from bnsym import (
    Derivation,
    Outcome,
    StepError,
    UnprovedError,
    algebra,
    derivative,
    differentiation,
    exchange,
    linearity,
    sifting,
    signs,
    substitution,
    sums,
    theorem,
    unfold,
)
from bnsym.proof.reasons import Reason

REASONS = {
    "algebra": algebra,
    "linearity": linearity,
    "sifting": sifting,
    "exchange": exchange,
    "sums": sums,
    "differentiation": differentiation,
}
ALL = " ".join(REASONS)
NOT_ALGEBRA = " ".join(name for name in REASONS if name != "algebra")
v = bs.tensor("v", n)
square = Sum(x[i] ** 2, i)

# name: (left, right, the reasons that carry it); every other reason of the table refuses
STEPS: dict[str, tuple[Any, Any, str]] = {
    "commute": (a * x[p] + b, b + x[p] * a, ALL),
    "expand": ((a + b) ** 2, a**2 + 2 * a * b + b**2, ALL),
    "root": (sqrt(a**2 + eps) ** 4, (a**2 + eps) ** 2, ALL),
    "clear": (1 / a + 1 / b, (a + b) / (a * b), ALL),
    "rename": (Sum(x[i], i), Sum(x[j], j), ALL),
    "inside a sum": (Sum((x[i] + 1) ** 2, i), Sum(x[i] ** 2 + 2 * x[i] + 1, i), ALL),
    "delta marks": (delta(i, p) * x[i], delta(i, p) * x[p], ALL),
    "constant factor": (Sum(a * x[i], i), a * Sum(x[i], i), NOT_ALGEBRA),
    "two terms": (Sum(x[i] + y[i], i), Sum(x[i], i) + Sum(y[i], i), NOT_ALGEBRA),
    "sum of ones": (Sum(1, i), m, NOT_ALGEBRA),
    "sum of a constant": (Sum(a, i) / m, a, NOT_ALGEBRA),
    "nested constant": (Sum(x[i] * Sum(v[k], k), i), Sum(v[k], k) * Sum(x[i], i), NOT_ALGEBRA),
    "sift": (Sum(delta(i, p) * x[i], i), x[p], "sifting sums differentiation"),
    "sift a row": (Sum(delta(j, p) * A[i, j], j), A[i, p], "sifting sums differentiation"),
    "exchange": (Sum(Sum(A[i, j], i), j), Sum(Sum(A[i, j], j), i), "exchange sums differentiation"),
    "exchange two sizes": (Sum(Sum(W[i, k], i), k), Sum(Sum(W[i, k], k), i), "exchange sums differentiation"),
    "merge": (
        Sum(x[i] * Sum(A[i, j], j), i),
        Sum(Sum(x[i] * A[i, j], i), j),
        "exchange sums differentiation",
    ),
    "sift and exchange": (
        Sum(Sum(delta(i, p) * A[i, j], j), i),
        Sum(A[p, j], j),
        "sifting sums differentiation",
    ),
    "gradient": (derivative(square, x[p]), 2 * x[p], "differentiation"),
    "gradient of a root": (derivative(sqrt(z**2 + eps), z), z / sqrt(z**2 + eps), "differentiation"),
    "false": (Sum(x[i], i), m * x[p], ""),
    "false by a sign": (a - b, b - a, ""),
    "false by a size": (Sum(x[i], i) / m, Sum(x[i], i) / n, ""),
}


def step(left: Any, right: Any, by: Reason, relation: str = "=") -> Outcome:
    derivation = Derivation("test")
    derivation.chain("step", left).step("1", right, by=by, relation=relation)
    return derivation.check()[-1]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("name", STEPS)
def test_a_reason_carries_what_it_says_and_no_more(name: str, reason: str) -> None:
    left, right, carried = STEPS[name]
    outcome = step(left, right, REASONS[reason])
    if reason in carried.split():
        assert (outcome.verdict, outcome.broken) == ("proved", False), outcome.detail
        return
    assert (outcome.verdict, outcome.broken) == ("unknown", True)
    assert "does not follow" in outcome.detail and "step 1" in outcome.detail
    assert ("fails at" in outcome.detail) == (carried == "")
    assert ("not by this reason" in outcome.detail) == (carried != "")


def mean(d: Derivation) -> Any:
    return d.define("mu", Sum(x[i], i) / m)


@pytest.mark.parametrize("reason", [algebra, linearity, sums, signs], ids=str)
def test_definitions_stay_closed_unless_they_are_named(reason: Reason) -> None:
    def outcome(by: Reason) -> str:
        d = Derivation("test")
        d.chain("step", mean(d) + a).step("1", a + Sum(x[i], i) / m, by=by)
        return d.check()[-1].verdict

    assert outcome(reason) == "unknown"
    assert outcome(reason("mu")) == "proved"


def test_unfold_and_substitution_open_what_they_name_alone() -> None:
    d = Derivation("test")
    mu = mean(d)
    var = d.define("var", Sum((x[i] - mu) ** 2, i) / m)
    d.chain("named", var).step("1", Sum((x[i] - mu) ** 2, i) / m, by=unfold(var))
    d.chain("other", var).step("1", Sum((x[i] - mu) ** 2, i) / m, by=unfold(mu))
    d.chain("both", var).step("1", Sum((x[i] - Sum(x[j], j) / m) ** 2, i) / m, by=substitution(var, mu))
    d.chain("one of two", var).step("1", Sum((x[i] - Sum(x[j], j) / m) ** 2, i) / m, by=unfold(var))
    assert [str(outcome.verdict) for outcome in d.check()] == ["proved", "unknown", "proved", "unknown"]


ORDERS: dict[str, tuple[Any, str, Any, bool]] = {
    "a square added": (a, "<=", a + x[p] ** 2, True),
    "a square added is no strict order": (a, "<", a + x[p] ** 2, False),
    "one added": (a, "<", a + x[p] ** 2 + 1, True),
    "epsilon added": (square, "<", square + eps, True),
    "a size": (0, "<", m, True),
    "a square taken away": (a, ">=", a - x[p] ** 2, True),
    "an entry added": (a, "<=", a + x[p], False),
    "one taken away": (a, ">", a - 1, True),
    "equal by signs": (a + b, "=", Add(b, a), True),
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders_follow_by_signs_alone(name: str) -> None:
    left, relation, right, holds = ORDERS[name]
    assert (step(left, right, signs, relation).verdict == "proved") == holds
    if relation != "=":
        assert step(left, right, sums, relation).broken


def test_a_chain_composes_its_orders() -> None:
    d = Derivation("test")
    chain = d.chain("up", a).step("1", a + x[p] ** 2, by=signs, relation="<=")
    chain.step("2", a + x[p] ** 2 + m, by=signs, relation="<").step("3", m + a + x[p] ** 2, by=algebra)
    outcome = d.check()[0]
    assert outcome.verdict == "proved"
    assert " < " in outcome.statement


# -- theorems -------------------------------------------------------------------------------------------


def rows(d: Derivation) -> Any:
    row = d.define("row", i, Sum(A[i, j], j))
    d.prove("row sums", Sum(A[i, j], j), row[i])
    return row


# name: (start, end, is it carried); `row` is the definition above
USES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], bool]] = {
    "at another position": (lambda row: Sum(A[q, j], j), lambda row: row[q], True),
    "at a bound position": (
        lambda row: Sum(x[p] * Sum(A[p, j], j), p),
        lambda row: Sum(x[p] * row[p], p),
        True,
    ),
    "under another name": (lambda row: Sum(A[q, p], p), lambda row: row[q], True),
    "the trace is no row": (lambda row: Sum(A[j, j], j), lambda row: row[j], False),
    "a column is no row": (lambda row: Sum(A[j, i], j), lambda row: row[i], False),
    "inside a square": (lambda row: Sum(A[i, j], j) ** 2, lambda row: row[i] ** 2, True),
    "a shorter range": (lambda row: Sum(A[i, u], (u, 1, m - 1)), lambda row: row[i], False),
    "a factor beside it": (lambda row: a * Sum(A[i, j], j), lambda row: row[i] * a, True),
    "not from right to left by itself": (lambda row: row[i], lambda row: Sum(A[i, j], j) + 0 * row[i], True),
}


@pytest.mark.parametrize("name", USES)
def test_a_theorem_is_used_at_its_instances_only(name: str) -> None:
    start, end, carried = USES[name]
    d = Derivation("test")
    row = rows(d)
    d.chain("use", start(row)).step("1", end(row), by=theorem("row sums"))
    outcome = d.check()[-1]
    assert (outcome.verdict == "proved") == carried, outcome.detail


def test_a_theorem_that_was_not_proved_carries_nothing() -> None:
    d = Derivation("test")
    d.refute("false", a, b)
    d.chain("use", a).step("1", b, by=theorem("false"))
    assert d.check()[-1].verdict == "unknown"


# -- induction ------------------------------------------------------------------------------------------


def average(d: Derivation, first: Any, body: Callable[[Any, Any], Any]) -> Any:
    s = bs.size("s")
    return d.recurrence("avg", s, first, body(bs.tensor("avg", oo), s))


rate = bs.scalar("rate", positive=True)
INDUCTIONS: dict[str, tuple[Any, Callable[[Any, Any], Any], Callable[[Any], Any], Any, str]] = {
    "exponential average": (
        0,
        lambda v, s: rate * v[s - 1] + (1 - rate) * seq[s],
        lambda v: v[T],
        (1 - rate) * Sum(rate ** (T - t) * seq[t], t),
        "proved",
    ),
    "its twin": (
        0,
        lambda v, s: rate * v[s - 1] + (1 - rate) * seq[s],
        lambda v: v[T],
        (1 - rate) * Sum(rate ** (T - t + 1) * seq[t], t),
        "refuted",
    ),
    "cumulative average": (
        0,
        lambda v, s: v[s - 1] + (seq[s] - v[s - 1]) / s,
        lambda v: v[T],
        Sum(seq[t], t) / T,
        "proved",
    ),
    "running sum": (0, lambda v, s: v[s - 1] + seq[s], lambda v: v[T], Sum(seq[t], t), "proved"),
    "wrong start": (1, lambda v, s: v[s - 1] + seq[s], lambda v: v[T], Sum(seq[t], t), "refuted"),
    "true at one alone": (0, lambda v, s: v[s - 1] + s, lambda v: v[T], T, "refuted"),
    "true at one and two alone": (
        0,
        lambda v, s: v[s - 1] + 1 + (s - 1) * (s - 2),
        lambda v: v[T],
        T,
        "refuted",
    ),
    "false by two to the T": (1, lambda v, s: 2 * v[s - 1], lambda v: v[T], 2**T + 0 * T, "proved"),
}


@pytest.mark.parametrize("name", INDUCTIONS)
def test_induction(name: str) -> None:
    first, body, left, right, verdict = INDUCTIONS[name]
    d = Derivation("test")
    d.induction("claim", left(average(d, first, body)), right, over=T)
    assert d.check()[-1].verdict == verdict


def test_induction_does_not_divide_by_what_may_be_zero() -> None:
    """v(1) = v(2) = 0 and v(3) = 1: the step would hold if v(T) could be divided by."""
    s = bs.size("s")
    w_, u_, v_ = (bs.tensor(name, oo) for name in ("ww", "uu", "vv"))
    d = Derivation("test")
    d.recurrence("ww", s, 0, 1 + 0 * s)
    d.recurrence("uu", s, 0, w_[s - 1])
    d.recurrence("vv", s, 0, u_[s - 1])
    d.induction("claim", v_[T], 0, over=T)
    assert d.check()[-1].verdict == "refuted"


@pytest.mark.parametrize(
    "inside", [lambda d: T, lambda d: d.define("copy", T)], ids=["itself", "by a definition"]
)
def test_induction_does_not_take_a_parameter_for_the_counter(inside: Callable[[Derivation], Any]) -> None:
    """The step would hold where the parameter is the counter; the claim is false from T = 3."""
    s = bs.size("s")
    d = Derivation("test")
    v_ = bs.tensor("vv", oo)
    d.recurrence("vv", s, 0, v_[s - 1] + (s - 1) * (s - 2) * (s - inside(d) - 1))
    d.induction("claim", v_[T], 0, over=T)
    with pytest.raises(bs.UsageError, match="holds T itself"):
        d.check()


def test_errors_of_steps_are_of_two_kinds() -> None:
    """A step that is shown wrong is a StepError; one that nobody decided is an UnprovedError."""
    assert issubclass(UnprovedError, bs.BnsymError) and issubclass(StepError, bs.BnsymError)
    assert (StepError.exit_code, UnprovedError.exit_code) == (1, 3)


def test_ragged_sums_by_linearity() -> None:
    inner = Sum(a * grid[t, u], (u, 1, count[t]))
    assert step(inner, a * Sum(grid[t, u], (u, 1, count[t])), linearity).verdict == "proved"
    assert step(inner, a * Sum(grid[t, u], (u, 1, count[t])), algebra).broken


def test_no_equation_is_used_under_a_derivative_by_a_defined_entry() -> None:
    """Such a derivative depends on how its body is written: d/dhat of hat**2 is not d/dhat of (x - mu)**2."""
    d = Derivation("test")
    mu = mean(d)
    hat = d.define("hat", i, x[i] - mu)
    closed, opened = Sum(hat[i] ** 2, i), Sum((x[i] - mu) ** 2, i)
    d.prove("same", closed, opened)
    factor = (m - 1) * (m - 2)  # hides the fault from an instance at m = 2
    chain = d.chain("bad", factor * derivative(closed, hat[p]))
    chain.step("1", factor * derivative(opened, hat[p]), by=theorem("same")).step("2", 0, by=differentiation)
    assert [str(outcome.verdict) for outcome in d.check()] == ["proved", "unknown"]
