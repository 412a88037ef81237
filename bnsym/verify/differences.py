"""Central differences of fourth order, with a step and a budget that follow from the precision.

L(t) is the loss sum(grad_y * y) with one entry moved by t; grad_y, gamma and beta are random.

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
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import fsum

import numpy as np

from bnsym.verify.bench import Bench
from bnsym.verify.cases import Case
from bnsym.verify.compare import Array, compare
from bnsym.verify.kernel import Kernel
from bnsym.verify.oracle import Expected

UNIT = float(np.finfo(np.float64).eps) / 2
LARGEST_Q = 1 / 100
CASES = ("ordinary", "variance comparable to eps", "N = 2", "large offset, float64")


@dataclass(frozen=True)
class Steps:
    """For each entry: the step, the bound on the truncation, and eta, the bound on the error of L."""

    step: Array
    truncation: Array
    noise: Array


def check(kernel: Kernel, bench: Bench, name: str) -> float:
    """Compare one gradient with the differences of `forward`, in each case of CASES; float64."""
    return max(check_case(kernel, bench, case, name) for case in CASES)


def check_case(kernel: Kernel, bench: Bench, case_name: str, name: str) -> float:
    """Compare one gradient with the differences of `forward` in one case."""
    case, expected = bench.case(case_name), bench.expected(case_name)
    steps = STEPS[name](case, expected, bench.reduced_axis)
    _, saved = kernel.forward(*case.arguments, eps=case.eps, channel_axis=1)
    gradient = getattr(kernel.backward(case.grad_y.copy(), saved), name)
    difference = differences(kernel, case, name.removeprefix("grad_"), steps.step)
    rounding = 1.5 * steps.noise / steps.step + 4 * UNIT * np.abs(difference)
    budget = steps.truncation + rounding + expected.gradients[name].budget(np.float64)
    return compare(f"{name}, {case_name}", gradient, difference, budget)


def differences(kernel: Kernel, case: Case, name: str, step: Array) -> Array:
    """D(h) for every entry of x, gamma or beta."""
    result = np.empty(step.shape)
    for at in np.ndindex(step.shape):
        h = float(step[at])
        loss = {k: _loss(kernel, case, name, at, k * h) for k in (-2, -1, 1, 2)}
        result[at] = (8 * (loss[1] - loss[-1]) - (loss[2] - loss[-2])) / (12 * h)
    return result


def _loss(kernel: Kernel, case: Case, name: str, at: tuple[int, ...], by: float) -> float:
    moved = getattr(case, name).copy()
    moved[at] += by
    y, _ = kernel.forward(*replace(case, **{name: moved}).arguments, eps=case.eps, channel_axis=1)
    return fsum((case.grad_y * y).ravel().tolist())


def loss_noise(case: Case, expected: Expected) -> float:
    """The part of eta that is the same for every entry: what `forward` and the last rounding may do."""
    g, y = np.abs(case.grad_y), np.abs(expected.y.value)
    return float(
        np.sum(g * (expected.y.bound + UNIT * y)) + UNIT * abs(np.sum(case.grad_y * expected.y.value))
    )


def steps_in_x(case: Case, expected: Expected, axis: int) -> Steps:
    """Step and bounds for the entries of x; `axis` is the one that the layer normalizes over."""
    m = case.x.shape[axis]
    centred = np.abs(case.x - case.x.mean(axis=axis, keepdims=True))
    s = np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + case.eps)
    r = s * m / np.sqrt(max(m - 1, 1)) / 2
    weight = np.abs(case.grad_y * case.gamma)
    spread = np.sum(weight * (centred + r / m), axis=axis, keepdims=True)
    moved = (spread + weight * r * (m - 2) / m) * 2 / s
    noise = 1.05 * loss_noise(case, expected) + UNIT * np.abs(case.x) * moved / r
    q = np.minimum((1.5 * noise / (16 * np.maximum(moved, noise))) ** 0.2, LARGEST_Q)
    return Steps(q * r, 4.01 * moved / r * q**4, noise)


def _steps_in(parameter: Array, case: Case, expected: Expected) -> Steps:
    return Steps(
        np.abs(parameter) / 2,
        np.zeros(parameter.shape),
        np.full(parameter.shape, 2 * loss_noise(case, expected)),
    )


STEPS: Mapping[str, Callable[[Case, Expected, int], Steps]] = {
    "grad_x": steps_in_x,
    "grad_gamma": lambda case, expected, _: _steps_in(case.gamma, case, expected),
    "grad_beta": lambda case, expected, _: _steps_in(case.beta, case, expected),
}
