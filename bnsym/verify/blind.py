"""Blind probes: inputs and losses that are used in the wild and cannot see a fault.  No check uses them.

Each row says why it is blind and names mutants that it lets pass; the tests show that it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bnsym.layers.layer import Layer
from bnsym.verify import differences, oracle
from bnsym.verify.bench import Bench, agree
from bnsym.verify.cases import Case, random_case
from bnsym.verify.kernel import Kernel, of_standard
from bnsym.verify.mutant import over_rows

Probe = Callable[[Kernel, Bench], float]


@dataclass(frozen=True)
class Blind:
    """A probe, why it is blind, and mutants that it does not kill."""

    name: str
    why: str
    probe: Probe
    misses: tuple[str, ...]
    of: Callable[[Kernel], bool] = of_standard


def _on(case: Callable[[Layer], Case]) -> Probe:
    """Output, gradients and statistics against the oracle: nothing is wrong with the check but its input."""

    def probe(kernel: Kernel, bench: Bench) -> float:
        given = case(kernel.layer)
        return agree(kernel, given, oracle.training(kernel.layer, given))

    return probe


def _sum(layer: Layer) -> Case:
    case = random_case("sum of y", (4, 3), eps=0.7)
    return replace(case, grad_y=np.ones_like(case.x))


def _sum_with_gamma_one(layer: Layer) -> Case:
    return _sum(layer).with_input("gamma", np.ones(3))


def _squares(layer: Layer) -> Case:
    case = random_case("sum of y squared", (4, 3), eps=0.7)
    case = case.with_input("gamma", np.ones(3)).with_input("beta", np.zeros(3))
    return replace(case, grad_y=2 * oracle.training(layer, case).y.value)


def _gamma_one(layer: Layer) -> Case:
    return random_case("gamma = 1", (4, 3), eps=0.7).with_input("gamma", np.ones(3))


def _tiny_eps(layer: Layer) -> Case:
    return random_case("tiny eps", (4, 3), eps=1e-30)


def _two_without_eps(layer: Layer) -> Case:
    return random_case("two without eps", (2, 2), eps=1e-30)


def _centred(layer: Layer) -> Case:
    x = np.array([[1.0, -2.0, 1.0], [-3.0, 1.0, 2.0], [2.0, 1.0, -3.0]])
    return replace(random_case("centred", (3, 3), eps=0.7), x=x)


def _no_pixels(layer: Layer) -> Case:
    return random_case("no pixels", (5, 3), eps=0.7)


def _differences_alone(kernel: Kernel, bench: Bench) -> float:
    return max(differences.check_x(kernel, bench), differences.check_parameters(kernel, bench))


GAMMA_LOST = ("dx: gamma dropped", "dx: gamma squared")
EPS_LOST = (
    "dx: eps dropped",
    "dx: eps dropped in the projection",
    "dgamma: eps dropped",
    "y: eps dropped",
    "y and its gradient: eps twice",
)
PROJECTION_WRONG = (
    "dx: projection dropped",
    "dx: projection's sign flipped",
    "dx: 100 times the projection",
    "dx: m - 1 for m in the projection",
    "dx: eps dropped in the projection",
)

BLIND: tuple[Blind, ...] = (
    Blind(
        "loss sum(y)",
        "y sums to m beta over each channel whatever x is: dx is 0, and so is the mean of g xhat",
        _on(_sum),
        (*GAMMA_LOST, *PROJECTION_WRONG, "dx: eps dropped"),
        over_rows,
    ),
    Blind(
        "loss sum(y), gamma = 1",
        "with equal gamma a row's y sums to a constant too: layer norm's dx is 0 as well",
        _on(_sum_with_gamma_one),
        (*GAMMA_LOST, *PROJECTION_WRONG, "dx: eps dropped"),
    ),
    Blind(
        "loss sum(y^2), gamma = 1, beta = 0",
        "g = 2 xhat has mean 0: the term through the mean is not there to be wrong",
        _on(_squares),
        (*GAMMA_LOST, "dx: mean term dropped", "dx: mean term's sign flipped"),
    ),
    Blind(
        "gamma = 1",
        "a factor of 1 can be left out or put anywhere",
        _on(_gamma_one),
        (*GAMMA_LOST, "dgamma: gamma applied to it", "dbeta: gamma applied to it", "y: gamma dropped"),
    ),
    Blind(
        "eps tiny against the variance",
        "var + eps rounds to var: a lost eps is lost in rounding",
        _on(_tiny_eps),
        (*EPS_LOST, "y: eps outside the root"),
    ),
    Blind(
        "a group of two, eps = 0",
        "xhat is +1 and -1 whatever x is: dx is 0 for every upstream gradient",
        _on(_two_without_eps),
        (*GAMMA_LOST, "dx: divided by the variance, not its root", "dx: eps dropped"),
    ),
    Blind(
        "x of mean 0",
        "what has to be centred already is",
        _on(_centred),
        ("dx: xhat not centred in the projection", "dgamma: xhat not centred", "y: mean not subtracted"),
    ),
    Blind(
        "no pixels",
        "in (N, C) the rows are the samples: axes that are forgotten are not there",
        _on(_no_pixels),
        ("dgamma: first pixel of each image alone", "dbeta: first pixel of each image alone"),
    ),
    Blind(
        "central differences alone",
        "a right gradient of a wrong layer: forward and backward are wrong together",
        _differences_alone,
        (
            "y and its gradient: eps twice",
            "y and its gradient: gamma + 1 for gamma",
            "y and its gradient: unbiased variance",
        ),
    ),
)
