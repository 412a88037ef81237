"""The 50-digit oracle against two others: exact fractions by hand, and differences to 50 digits.

The fractions share no code with bnsym: batch norm's definition and its compact gradient, on values for
which var + eps is the square of a rational number, so that nothing is ever rounded.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_to_check import examples

from bnsym.layers.table import LAYERS, layer
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.verify import oracle
from bnsym.verify.cases import Case, random_case
from bnsym.verify.rounded import CONTEXT

# -- exact fractions, batch norm ---------------------------------------------------------------------------


def exact_root(value):
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    assert root * root == value
    return root


def by_fractions(x, g, gamma, beta, eps):
    """y, dx, dgamma, dbeta of one channel."""
    m = len(x)
    mean = sum(x) / m
    var = sum((v - mean) ** 2 for v in x) / m
    s = exact_root(var + eps)
    xhat = [(v - mean) / s for v in x]
    along = sum(a * b for a, b in zip(g, xhat, strict=True))
    dx = [gamma / (m * s) * (m * a - sum(g) - b * along) for a, b in zip(g, xhat, strict=True)]
    return [gamma * v + beta for v in xhat], dx, along, sum(g)


# x of one channel, and the root s: eps = s^2 - var
CHANNELS = [
    ("two values", [1, -1], Fraction(5, 4)),
    ("constant", [3, 3, 3], Fraction(1, 2)),
    ("three values", [0, 3, -3], Fraction(5, 2)),
    ("uneven", [1, 2, 4, 9], Fraction(4)),
    ("large offset", [10**6 + 1, 10**6 - 1, 10**6], Fraction(1)),
    ("eighths", [Fraction(1, 8), Fraction(-5, 8), Fraction(7, 4), Fraction(2)], Fraction(3, 2)),
]


@pytest.mark.parametrize(("x", "s"), [row[1:] for row in CHANNELS], ids=[row[0] for row in CHANNELS])
def test_exact_fractions_agree(x, s):
    x = [Fraction(v) for v in x]
    mean = sum(x) / len(x)
    eps = s * s - sum((v - mean) ** 2 for v in x) / len(x)
    assert eps > 0
    g = [Fraction(3 * k * k - 5 * k + 1, 4) for k in range(len(x))]
    gamma, beta = Fraction(-3, 2), Fraction(7, 8)
    y, dx, dgamma, dbeta = by_fractions(x, g, gamma, beta, eps)
    column = [np.array([[float(v)] for v in values]) for values in (x, g)]
    parameters = {"gamma": np.array([float(gamma)]), "beta": np.array([float(beta)])}
    case = Case(column[0], column[1], float(eps), parameters)
    found = oracle.training(layer("batch_norm"), case)
    slack = 0 if Fraction(case.eps) == eps else 1e-15  # eps = 1/3 is no float
    for name, exact, values in (
        ("y", found.y, y),
        ("grad_x", found.gradients["grad_x"], dx),
        ("grad_gamma", found.gradients["grad_gamma"], [dgamma]),
        ("grad_beta", found.gradients["grad_beta"], [dbeta]),
        ("std", found.statistics["std"], [s]),
    ):
        expected = np.array([float(v) for v in values])
        np.testing.assert_allclose(
            exact.value.ravel(), expected, rtol=2e-16 + slack, atol=1e-45 + slack, err_msg=name
        )


# -- differences to 50 digits, every layer -----------------------------------------------------------------


class Digits:
    """Plain decimal numbers for the evaluator: no tape, no bounds."""

    def number(self, value):
        return Decimal(value.numerator) / Decimal(value.denominator)

    def sqrt(self, value):
        return value.sqrt()

    def is_zero(self, value):
        return value == 0


def loss(of, case, moved=None, by=Decimal(0)):
    """sum(grad_y * y), with one entry moved."""
    entries = {
        (name, tuple(k + 1 for k in at)): Decimal(float(value))
        for name, array in case.inputs.items()
        for at, value in np.ndenumerate(array)
    }
    if moved:
        entries[moved] += by
    rows, channels = case.x.shape
    instance = Instance({"N": rows, "C": channels}, {"epsilon": Decimal(case.eps)}, entries, of.definitions)
    evaluator = Evaluator(instance, Digits())
    n, c = of.output.parameters
    return sum(
        Decimal(float(g)) * evaluator.value(of.output.body, {n: i + 1, c: j + 1})
        for (i, j), g in np.ndenumerate(case.grad_y)
    )


def by_differences(of, case, name, at):
    """The derivative, to about 40 digits: the step is 1e-20, its error 1e-40."""
    step, moved = Decimal("1e-20"), (name, tuple(k + 1 for k in at))
    return float((loss(of, case, moved, step) - loss(of, case, moved, -step)) / (2 * step))


CASES = [
    ("ordinary", random_case("a", (3, 2), eps=0.3)),
    ("large offset", random_case("b", (3, 2), offset=1e6)),
    ("one row", random_case("c", (1, 3), eps=0.3)),
    ("one channel", random_case("d", (3, 1), eps=0.3)),
]


@pytest.mark.parametrize("name", sorted(LAYERS))
@pytest.mark.parametrize("case", [row[1] for row in CASES], ids=[row[0] for row in CASES])
def test_differences_to_50_digits_agree(name, case):
    found = oracle.training(layer(name), case)
    with localcontext(CONTEXT):
        for parameter in case.inputs:
            exact = found.gradients[f"grad_{parameter}"].value
            differences = [by_differences(layer(name), case, parameter, at) for at in np.ndindex(exact.shape)]
            np.testing.assert_allclose(exact.ravel(), differences, rtol=2e-16, atol=1e-30, err_msg=parameter)


@examples
@given(
    st.integers(1, 4), st.integers(1, 3), st.sampled_from([1e-3, 1.0, 1e4]), st.sampled_from(sorted(LAYERS))
)
def test_gradients_satisfy_what_is_known_of_them(rows, channels, scale, name):
    """The entries of dx sum to 0 over each group, dbeta is the sum of g; the bounds cover float64."""
    case = random_case(f"{rows}{channels}", (rows, channels), scale=scale, eps=0.1)
    found = oracle.training(layer(name), case)
    axis = 0 if name == "batch_norm" else 1
    dx = found.gradients["grad_x"]
    assert np.abs(dx.value.sum(axis=axis)).max() <= 1e-15 * (np.abs(dx.value).sum() + 1e-30) * 10
    np.testing.assert_allclose(
        found.gradients["grad_beta"].value, case.grad_y.sum(axis=0), rtol=0, atol=1e-14
    )
    assert (dx.bound >= 0).all()
    assert np.isfinite(dx.bound).all()


# -- inference, budgets ------------------------------------------------------------------------------------


def test_inference_takes_the_running_averages():
    case = random_case("e", (2, 3), eps=0.25)
    running = {"mean": np.array([0.0, 1.0, -1.0]), "var": np.array([0.75, 2.0, 0.0])}
    found = oracle.inference(layer("batch_norm"), case, running)
    gamma, beta = case.parameters.values()
    expected = gamma * (case.x - running["mean"]) / np.sqrt(running["var"] + 0.25) + beta
    np.testing.assert_allclose(found.value, expected, rtol=1e-15, atol=1e-15)


def test_inference_without_statistics_is_the_forward():
    case = random_case("f", (2, 3))
    same = oracle.inference(layer("layer_norm"), case, {})
    np.testing.assert_array_equal(same.value, oracle.training(layer("layer_norm"), case).y.value)


@pytest.mark.parametrize(
    ("dtype", "least", "most"), [("float64", 1e-16, 2e-14), ("float32", 3e-8, 2e-7), ("float16", 2e-4, 1e-3)]
)
def test_budgets_are_a_few_units_of_the_precision(dtype, least, most):
    """Relative to the largest gradient; computing wider leaves the cast alone."""
    case = random_case("g", (4, 3), eps=0.3, dtype=dtype)
    exact = oracle.training(layer("batch_norm"), case).gradients["grad_x"]
    share = exact.budget(dtype).max() / np.abs(exact.value).max()
    assert least < share < most
