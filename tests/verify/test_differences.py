"""The step and the budget of the central differences bound what they are derived to bound, tightly."""

from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_to_check import SOURCES, bench, examples, kernel

from bnsym.errors import MismatchError
from bnsym.layers.table import LAYERS, layer
from bnsym.verify import differences, oracle
from bnsym.verify.bench import Bench
from bnsym.verify.cases import random_case
from bnsym.verify.rounded import CONTEXT

LAYER_NAMES = sorted(LAYERS)
INPUTS = ("x", "gamma", "beta")


def check(one, on, name):
    """All cases of one input's gradient."""
    return max(differences.check_case(one, on, case, name) for case in differences.cases_of(one, on))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_right_kernels_are_within_the_budget(name, source):
    assert differences.check_x(kernel(name, source), bench(name)) < 1
    assert differences.check_parameters(kernel(name, source), bench(name)) < 1


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_budgets_are_tight(name):
    """Below 1e-9 of the gradient wherever x is not far from 0: nothing that matters hides in them."""
    for case_name in ("ordinary", "variance comparable to eps", "N = 2"):
        case, expected = bench(name).case(case_name), bench(name).expected(case_name)
        for part in INPUTS:
            steps = differences.steps_of(kernel(name), case, expected, part)
            budget = steps.truncation + 1.5 * steps.noise / steps.step
            assert budget.max() < 1e-9 * np.abs(expected.gradients[f"grad_{part}"].value).max()


def exact_difference(of, case, name, at, h):
    """D(h) of exact losses."""
    moved = {k: differences.moved_case(case, name, at, k * h) for k in differences.STENCIL}
    loss = {k: oracle.loss(of, one) for k, one in moved.items()}
    return (8 * (loss[1] - loss[-1]) - (loss[2] - loss[-2])) / (12 * Decimal(h))


@pytest.mark.parametrize("larger", [1, 10, 50])
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_the_truncation_bound_holds_without_rounding(name, larger):
    """With exact losses only the truncation is left; the bound holds for larger steps as well."""
    case = random_case("truncation", (4, 3), eps=0.2)
    expected = oracle.training(layer(name), case)
    steps = differences.steps_in_x(case, expected, kernel(name).axis)
    with localcontext(CONTEXT):
        for at in [(0, 0), (1, 2), (3, 1)]:
            h = 2.0 ** round(np.log2(larger * steps.step[at]))  # so that x + h is hardly rounded
            found = exact_difference(layer(name), case, "x", at, h)
            truncated = abs(found - Decimal(expected.gradients["grad_x"].value[at]))
            bound = (h / steps.step[at]) ** 4 * steps.truncation[at]
            assert truncated <= Decimal(bound) + Decimal("1e-12")
            assert larger == 1 or truncated > Decimal(bound) / 10**5  # and it is no wild overestimate


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_computed_and_bounded_truncation_agree(name):
    """What other layers compute is below what is bounded here, at the same step."""
    case = random_case("truncation", (4, 3), eps=0.2)
    expected = oracle.training(layer(name), case)
    bounded = differences.steps_in_x(case, expected, kernel(name).axis)
    computed = differences.steps_computed(layer(name), case, expected, "x")
    assert (computed.truncation <= bounded.truncation * (computed.step / bounded.step) ** 4 + 1e-12).all()
    assert (computed.truncation < 1e-7).all()
    assert (computed.truncation > 0).all()


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_the_step_is_where_the_two_bounds_balance(name):
    """At the optimum of T q^4 + R/q the rounding is four times the truncation; elsewhere it is more."""
    case = random_case("balance", (5, 4), eps=0.2)
    steps = differences.steps_in_x(case, oracle.training(layer(name), case), kernel(name).axis)
    rounding = 1.5 * steps.noise / steps.step
    np.testing.assert_allclose(rounding, 4 * steps.truncation, rtol=0.01)
    for by in (0.5, 2.0):
        assert (steps.truncation * by**4 + rounding / by > steps.truncation + rounding).all()


@examples
@given(
    st.integers(2, 6),
    st.integers(2, 4),
    st.floats(-3, 3),
    st.sampled_from([0.0, 1.0, 1e4]),
    st.floats(-6, 1),
    st.sampled_from(LAYER_NAMES),
)
def test_right_kernels_are_within_the_budget_anywhere(rows, channels, scale, offset, eps, name):
    case = random_case(f"{rows} {channels}", (rows, channels), offset=offset, scale=10**scale, eps=10**eps)
    one = Bench(layer(name))
    one.case = lambda _: case
    for part in INPUTS:
        assert differences.check_case(kernel(name), one, "this one", part) < 1


def wrong(name, **changes):
    right = kernel(name)

    def backward(grad_y, saved):
        gradients = right.backward(grad_y, saved)
        return gradients._replace(
            **{field: change(getattr(gradients, field)) for field, change in changes.items()}
        )

    return replace(right, backward=backward)


# what is done to one gradient
BROKEN = [
    ("a millionth off", lambda gradient: gradient * (1 + 1e-6)),
    ("NaN", lambda gradient: gradient * np.nan),
    ("one entry", lambda gradient: gradient + 1e-6 * (np.arange(gradient.size) == 2).reshape(gradient.shape)),
    ("another shape", lambda gradient: gradient[..., None]),
    ("zero", lambda gradient: 0 * gradient),
]


@pytest.mark.parametrize("change", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
@pytest.mark.parametrize("part", INPUTS)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_a_wrong_gradient_is_seen(name, part, change):
    broken = wrong(name, **{f"grad_{part}": change})
    with pytest.raises(MismatchError, match=f"grad_{part}"):
        check(broken, bench(name), part)
    for other in set(INPUTS) - {part}:
        check(broken, bench(name), other)


def test_a_rough_forward_does_not_widen_the_budget():
    """Noise in y is the kernel's fault: the budget stays, and the check fails."""
    right = kernel("batch_norm")
    draw = np.random.default_rng(0)

    def forward(*args, **options):
        y, saved = right.forward(*args, **options)
        return y + 1e-9 * draw.normal(size=y.shape), saved

    with pytest.raises(MismatchError, match="grad_x"):
        differences.check_x(replace(right, forward=forward), bench("batch_norm"))
