"""Central differences of fourth order, with a step and a budget that follow from the precision.

L(t) is the loss sum(grad_y * y) with one entry moved by t; grad_y and the parameters are random.

    D(h) = (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / (12 h)

**Rounding.**  If each L is off by at most eta, D is by at most (8 + 8 + 1 + 1) eta / (12 h) = 1.5 eta / h.
L is summed without error and rounded once, so with unit roundoff u and bounds e on y's errors (`rounded`:
from the number of terms in the sums and the magnitudes summed, hence the condition mean/std)

    eta = sum |g_i| (e_i + u |y_i|) + u |L| + u |x_p| |L'|        (the last: x_p + t is rounded)

**Truncation, x.**  L is analytic in complex t up to the zeros of the radicand R(t) = var(t) + eps, a
quadratic with leading coefficient (m - 1)/m^2 for a group of m, real coefficients and no real zero: its
two zeros are conjugate, both of modulus rho = s m / sqrt(m - 1), s^2 = var + eps.  For |t| <= r = rho/2

    |R(t)| >= s^2 (1 - r/rho)^2 = s^2 / 4,    |x_i(t) - mean(t)| <= |x_i - mean| + r w_i,

w_p = (m - 1)/m and else 1/m.  So what t moves in L is at most, summed over p's group,

    M = sum |g_i gamma_i| (|x_i - mean| + r w_i) 2/s.

By Cauchy's estimate the k-th Taylor coefficient is at most M / r^k; with q = h/r

    |D(h) - L'(0)| <= sum over odd k >= 5 of (2^(k+1) - 16)/12 (M/r) q^(k-1) <= 4.01 (M/r) q^4,   q <= 1/100.

**Step.**  4 (M/r) q^4 + 1.5 eta/(r q) is least at q^5 = 1.5 eta / (16 M).

**gamma and beta.**  L is linear in them: no truncation, and the step is half the entry.  It goes from 0 to
twice the entry, so no bound on y more than doubles.  In x a step of at most 2h <= rho/100 moves the bounds by
less than a twentieth.  To all this comes the bound on the rounding of the gradient that is checked.

**Other layers** (see `standard`) have no such bound: there the truncation is computed, as the difference of
D(h) and L' in 50 digits, for a step of a thousandth of the entry's scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import fsum

import numpy as np

from bnsym.layers.layer import Layer
from bnsym.verify import oracle
from bnsym.verify.bench import Bench
from bnsym.verify.cases import Case
from bnsym.verify.compare import Array, compare
from bnsym.verify.kernel import Kernel
from bnsym.verify.oracle import Expected
from bnsym.verify.rounded import CONTEXT

UNIT = float(np.finfo(np.float64).eps) / 2
LARGEST_Q = 1 / 100
CASES = ("ordinary", "variance comparable to eps", "N = 2", "large offset, float64")
CASES_OF_OTHERS = ("variance comparable to eps", "N = 2")
STENCIL = (-2, -1, 1, 2)


@dataclass(frozen=True)
class Steps:
    """For each entry: the step, the bound on the truncation, and eta, the bound on the error of L."""

    step: Array
    truncation: Array
    noise: Array


def check_x(kernel: Kernel, bench: Bench) -> float:
    """Compare grad_x with the differences of `forward`, in float64."""
    return max(check_case(kernel, bench, case, "x") for case in cases_of(kernel, bench))


def check_parameters(kernel: Kernel, bench: Bench) -> float:
    """Compare the gradient by each parameter with the differences of `forward`, in float64."""
    cases = cases_of(kernel, bench)
    return max(check_case(kernel, bench, case, name) for case in cases for name in kernel.parameters)


def cases_of(kernel: Kernel, bench: Bench) -> list[str]:
    """The cases that the differences are taken in."""
    return bench.known(CASES if kernel.axis is not None else CASES_OF_OTHERS)


def check_case(kernel: Kernel, bench: Bench, case_name: str, name: str) -> float:
    """Compare the gradient by x or a parameter with the differences of `forward` in one case."""
    case, expected = bench.case(case_name), bench.expected(case_name)
    steps = bench.once(("steps", case_name, name), lambda: steps_of(kernel, case, expected, name))
    _, saved = kernel.forward(*case.arguments, **kernel.options(case.eps))
    gradient = kernel.gradients(case.grad_y.copy(), saved)[f"grad_{name}"]
    difference = differences(kernel, case, name, steps.step)
    rounding = 1.5 * steps.noise / steps.step + 4 * UNIT * np.abs(difference)
    budget = steps.truncation + rounding + expected.gradients[f"grad_{name}"].budget(np.float64)
    return compare(f"grad_{name}, {case_name}", gradient, difference, budget)


def moved_case(case: Case, name: str, at: tuple[int, ...], by: float) -> Case:
    """The case with one entry of x or of a parameter moved."""
    moved = case.inputs[name].copy()
    moved[at] += by
    return case.with_input(name, moved)


def differences(kernel: Kernel, case: Case, name: str, step: Array) -> Array:
    """D(h) for every entry of x or of a parameter."""
    result = np.empty(step.shape)
    for at in np.ndindex(step.shape):
        h = float(step[at])
        loss = {k: _loss(kernel, moved_case(case, name, at, k * h)) for k in STENCIL}
        result[at] = (8 * (loss[1] - loss[-1]) - (loss[2] - loss[-2])) / (12 * h)
    return result


def _loss(kernel: Kernel, case: Case) -> float:
    y, _ = kernel.forward(*case.arguments, **kernel.options(case.eps))
    return fsum((case.grad_y * y).ravel().tolist())


def loss_noise(case: Case, expected: Expected) -> float:
    """The part of eta that is the same for every entry: what `forward` and the last rounding may do."""
    g, y = np.abs(case.grad_y), np.abs(expected.y.value)
    total = abs(np.sum(case.grad_y * expected.y.value))
    return float(np.sum(g * (expected.y.bound + UNIT * y)) + UNIT * total)


def steps_of(kernel: Kernel, case: Case, expected: Expected, name: str) -> Steps:
    """Step and bounds for the entries of x or of a parameter."""
    if kernel.axis is None:
        return steps_computed(kernel.layer, case, expected, name)
    if name == "x":
        return steps_in_x(case, expected, kernel.axis)
    return steps_in_parameter(case, expected, name)


def steps_in_x(case: Case, expected: Expected, axis: int) -> Steps:
    """For x in a layer that normalizes over `axis` by mean and variance."""
    m = case.x.shape[axis]
    centred = np.abs(case.x - case.x.mean(axis=axis, keepdims=True))
    s = np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + case.eps)
    r = s * m / np.sqrt(max(m - 1, 1)) / 2
    weight = np.abs(case.grad_y * case.parameters["gamma"])
    spread = np.sum(weight * (centred + r / m), axis=axis, keepdims=True)
    moved = (spread + weight * r * (m - 2) / m) * 2 / s
    noise = 1.05 * loss_noise(case, expected) + UNIT * np.abs(case.x) * moved / r
    q = np.minimum((1.5 * noise / (16 * np.maximum(moved, noise))) ** 0.2, LARGEST_Q)
    return Steps(q * r, 4.01 * moved / r * q**4, noise)


def steps_in_parameter(case: Case, expected: Expected, name: str) -> Steps:
    """For gamma and beta, which y is linear in."""
    value = case.parameters[name]
    noise = np.full(value.shape, 2 * loss_noise(case, expected))
    return Steps(np.abs(value) / 2, np.zeros(value.shape), noise)


def steps_computed(layer: Layer, case: Case, expected: Expected, name: str) -> Steps:
    """For any layer: the truncation is what is left of D(h) - L' when nothing is rounded."""
    value = case.inputs[name]
    scale = np.sqrt(value.var() + case.eps) if name == "x" else np.abs(value)
    step = np.broadcast_to(1e-3 * scale, value.shape)
    truncation = np.empty(value.shape)
    gradient = expected.gradients[f"grad_{name}"].value
    for at in np.ndindex(value.shape):
        loss = {k: oracle.loss(layer, moved_case(case, name, at, k * float(step[at]))) for k in STENCIL}
        with localcontext(CONTEXT):
            found = (8 * (loss[1] - loss[-1]) - (loss[2] - loss[-2])) / (12 * Decimal(float(step[at])))
            truncation[at] = abs(found - Decimal(float(gradient[at])))
    return Steps(step, truncation, np.full(value.shape, 1.05 * loss_noise(case, expected)))
