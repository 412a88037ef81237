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
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.verify import differences, oracle
from bnsym.verify.bench import Bench
from bnsym.verify.cases import random_case
from bnsym.verify.layout import reduced_axis
from bnsym.verify.rounded import CONTEXT
from bnsym.verify.tape import Tape

LAYER_NAMES = sorted(LAYERS)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("gradient", sorted(differences.STEPS))
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_right_kernels_are_within_the_budget(name, gradient, source):
    assert differences.check(kernel(name, source), bench(name), gradient) < 1


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_budgets_are_tight(name):
    """Below 1e-9 of the gradient wherever x is not far from 0: nothing that matters hides in them."""
    for case_name in ("ordinary", "variance comparable to eps", "N = 2"):
        case, expected = bench(name).case(case_name), bench(name).expected(case_name)
        for gradient, plan in differences.STEPS.items():
            steps = plan(case, expected, reduced_axis(layer(name)))
            budget = steps.truncation + 1.5 * steps.noise / steps.step
            assert budget.max() < 1e-9 * np.abs(expected.gradients[gradient].value).max()


def exact_loss(of, case, at, by):
    """L with x moved, to 60 digits, by the tape's numbers without its bounds."""
    tape = Tape(Decimal(0))
    arrays = {"x": case.x, "gamma": case.gamma, "beta": case.beta}
    entries = {
        (name, tuple(k + 1 for k in place)): tape.number(float(value))
        for name, array in arrays.items()
        for place, value in np.ndenumerate(array)
    }
    moved = ("x", tuple(k + 1 for k in at))
    entries[moved] = entries[moved] + tape.number(by)
    rows, channels = case.x.shape
    instance = Instance(
        {"N": rows, "C": channels}, {"epsilon": tape.number(case.eps)}, entries, of.definitions
    )
    evaluator = Evaluator(instance, tape)
    n, c = of.output.parameters
    return sum(
        Decimal(float(g)) * evaluator.value(of.output.body, {n: i + 1, c: j + 1}).number.value
        for (i, j), g in np.ndenumerate(case.grad_y)
    )


@pytest.mark.parametrize("larger", [1, 10, 50])
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_the_truncation_bound_holds_without_rounding(name, larger):
    """With exact losses only the truncation is left; the bound holds for larger steps as well."""
    case = random_case("truncation", (4, 3), eps=0.2)
    expected = oracle.training(layer(name), case)
    steps = differences.steps_in_x(case, expected, reduced_axis(layer(name)))
    with localcontext(CONTEXT):
        for at in [(0, 0), (1, 2), (3, 1)]:
            h = larger * float(steps.step[at])
            loss = {k: exact_loss(layer(name), case, at, k * h) for k in (-2, -1, 1, 2)}
            found = (8 * (loss[1] - loss[-1]) - (loss[2] - loss[-2])) / (12 * Decimal(h))
            truncated = abs(found - Decimal(expected.gradients["grad_x"].value[at]))
            bound = larger**4 * steps.truncation[at]
            assert truncated <= Decimal(bound) + Decimal("1e-15")
            assert larger == 1 or truncated > Decimal(bound) / 10**5  # and it is no wild overestimate


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_the_step_is_where_the_two_bounds_balance(name):
    """At the optimum of T q^4 + R/q the rounding is four times the truncation; elsewhere it is more."""
    case = random_case("balance", (5, 4), eps=0.2)
    steps = differences.steps_in_x(case, oracle.training(layer(name), case), reduced_axis(layer(name)))
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
    for gradient in differences.STEPS:
        assert differences.check_case(kernel(name), one, "this one", gradient) < 1


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
@pytest.mark.parametrize("gradient", sorted(differences.STEPS))
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_a_wrong_gradient_is_seen(name, gradient, change):
    broken = wrong(name, **{gradient: change})
    with pytest.raises(MismatchError, match=gradient):
        differences.check(broken, bench(name), gradient)
    for other in set(differences.STEPS) - {gradient}:
        differences.check(broken, bench(name), other)


def test_a_rough_forward_does_not_widen_the_budget():
    """Noise in y is the kernel's fault: the budget stays, and the check fails."""
    right = kernel("batch_norm")
    draw = np.random.default_rng(0)

    def forward(*args, **options):
        y, saved = right.forward(*args, **options)
        return y + 1e-9 * draw.normal(size=y.shape), saved

    with pytest.raises(MismatchError, match="grad_x"):
        differences.check(replace(right, forward=forward), bench("batch_norm"), "grad_x")
