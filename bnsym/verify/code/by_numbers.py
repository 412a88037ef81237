"""Refutation by numbers alone, for code that could not be traced or decided: small integer inputs are tried.

An input refutes if central differences of the user's own forward agree with each other at several steps, and
the gradient that the user's backward returns is far from them.  Agreement proves nothing and is not reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bnsym.verify.code import places
from bnsym.verify.code.counterexample import told
from bnsym.verify.code.numbers import Numbers, length
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import Counterexample
from bnsym.verify.code.roles import Upstream
from bnsym.verify.code.running import run_backward, run_forward

FAR, AGREE = 1e-2, 1e-5
STEP = 1e-3
DRAWS = 6
LARGEST = 64  # entries of the input whose differences are taken


def refutation(plan: Plan, of: str, fixed: Mapping[str, int]) -> Counterexample | None:
    """The first input that shows the gradient wrong; None where none was found."""
    for sizes in _sizes(plan, fixed):
        for seed in range(DRAWS):
            try:
                shown = shown_at(plan, of, sizes, seed)
            except Exception:  # whatever the user's code raises at sizes that it does not take
                break
            if shown is not None:
                return shown
    return None


def _sizes(plan: Plan, fixed: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """All 1, all 2, then such that neighbours differ; a number of groups divides the rest."""
    for first, second, groups in ((1, 1, 1), (2, 2, 1), (2, 2, 2), (2, 3, 1), (3, 2, 2), (2, 4, 2)):
        found = {name: (first, second)[k % 2] for k, name in enumerate(plan.sizes)}
        yield {**found, **({"G": groups} if "G" in found else {}), **fixed}


def shown_at(plan: Plan, of: str, sizes: Mapping[str, int], seed: int) -> Counterexample | None:
    """The counterexample at these sizes, of the input that the seed draws, if it shows the gradient wrong."""
    random = np.random.default_rng(seed)
    numbers = drawn(plan, sizes, random)
    names = run_forward(plan, numbers)
    upstream = hand_over(plan, numbers, np.shape(names["output"]), random)
    run_backward(plan, numbers, names)
    returned = np.array(places.read(plan.gradients[of], names), dtype=float)
    given = numbers.arrays[of]
    if returned.shape != given.shape or given.size > LARGEST or not np.isfinite(returned).all():
        return None
    slopes = [_slopes(plan, numbers, of, upstream, step) for step in (STEP, STEP / 4)]
    right = (16 * slopes[1] - slopes[0]) / 15
    scale = max(1.0, float(np.abs(right).max()))
    if np.abs(slopes[0] - slopes[1]).max() > AGREE * scale or np.abs(returned - right).max() <= FAR * scale:
        return None
    at = np.unravel_index(int(np.argmax(np.abs(returned - right))), right.shape)
    place = tuple(int(k) for k in at)
    return told(plan, numbers.arrays, numbers.scalars, returned, _clean(right, scale), place)


def hand_over(plan: Plan, numbers: Numbers, shape: tuple[int, ...], random: np.random.Generator) -> Any:
    """Integers for the upstream, which the numbers now hand to the backward."""
    upstream = random.integers(-2, 3, shape).astype(float)
    handed = [name for name, role in plan.hands.items() if isinstance(role, Upstream)]
    numbers.arrays |= dict.fromkeys(handed, upstream)
    return upstream


def drawn(plan: Plan, sizes: Mapping[str, int], random: np.random.Generator) -> Numbers:
    """Integers for every array of the plan."""
    arrays = {}
    for name, role in plan.arrays.items():
        low = -2 if role.sign == "real" else 1
        arrays[name] = random.integers(low, 4, [length(size, sizes) for size in role.shape]).astype(float)
    return Numbers(sizes, arrays, dict.fromkeys(plan.scalars, 1.0))


def _slopes(plan: Plan, numbers: Numbers, of: str, upstream: Any, step: float) -> Any:
    """Central differences of the sum of upstream times output, by each entry."""
    given = numbers.arrays[of]
    found = np.empty_like(given)
    for at in np.ndindex(given.shape):
        losses = []
        for shift in (step, -step):
            moved = given.copy()
            moved[at] += shift
            run = Numbers(numbers.sizes, {**numbers.arrays, of: moved}, dict(numbers.scalars))
            losses.append(float(np.sum(upstream * np.array(run_forward(plan, run)["output"], dtype=float))))
        found[at] = (losses[0] - losses[1]) / (2 * step)
    return found


def _clean(right: Any, scale: float) -> Any:
    """Without the noise that differences leave of a zero."""
    return np.where(np.abs(right) < AGREE * scale, 0.0, np.round(right, 6))
