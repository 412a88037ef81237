"""A proof is believed once the user's own function, run with numbers, agrees with it.

What is proved is proved of the terms that were traced.  Code that tells a symbolic array from an ndarray,
that keeps something between its calls, or that takes another branch at sizes that were assumed away, may
compute something else; so its gradient is compared with differences of its forward, along one direction at
each of a few sizes.  Agreement proves nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsym.verify.code import places
from bnsym.verify.code.by_numbers import AGREE, STEP, drawn, hand_over, shown_at
from bnsym.verify.code.numbers import Numbers, length
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import Counterexample
from bnsym.verify.code.running import run_backward, run_forward

FAR = 1e-3
PATTERNS = ((1, 1), (2, 2), (2, 3), (3, 2), (4, 4), (5, 6), (7, 3))
SEEDS = 2
LONGEST = 2048  # a size beyond this is not run
ENTRIES = 20_000  # nor an array with more entries


@dataclass(frozen=True)
class Disagreement:
    """Sizes at which the numbers contradict the proof, and the input that shows it, if one was found.

    `missing`: what was returned is no number there, where the right gradient is one.
    """

    sizes: dict[str, int]
    shown: Counterexample | None = None
    missing: bool = False

    def __str__(self) -> str:
        return ", ".join(f"{name} = {number}" for name, number in self.sizes.items())


def disagreement(
    plan: Plan, of: str, fixed: Mapping[str, int], assumptions: Sequence[str]
) -> Disagreement | None:
    """Where the user's numbers contradict a proof; else where they are missing; None where they agree."""
    found = None
    for sizes in _sizes(plan, fixed, assumptions):
        for seed in range(SEEDS):
            try:
                with np.errstate(all="ignore"):
                    apart = _apart(plan, of, sizes, seed)
                shown = shown_at(plan, of, sizes, seed) if apart == np.inf else None
            except Exception:  # whatever the user's code raises at sizes that it does not take
                break
            if apart == np.inf:
                return Disagreement(sizes, shown)
            if np.isnan(apart):
                found = found or Disagreement(sizes, missing=True)
    return found


def _apart(plan: Plan, of: str, sizes: Mapping[str, int], seed: int) -> float:
    """0; or infinity where the numbers contradict, NaN where what is returned is no number."""
    random = np.random.default_rng(seed)
    numbers = drawn(plan, sizes, random)
    names = run_forward(plan, numbers)
    upstream = hand_over(plan, numbers, np.shape(names["output"]), random)
    run_backward(plan, numbers, names)
    way = random.normal(size=numbers.arrays[of].shape)
    returned = np.array(places.read(plan.gradients[of], names), dtype=float)
    if returned.size != way.size:
        return 0.0
    parts = returned.reshape(way.shape) * way
    slopes = [_slope(plan, numbers, of, upstream, step * way) / step for step in (STEP, STEP / 4)]
    right = (16 * slopes[1] - slopes[0]) / 15
    scale = max(1.0, float(np.nansum(np.abs(parts))), abs(right))
    if not abs(slopes[0] - slopes[1]) <= AGREE * scale < np.inf:
        return 0.0  # no derivative there, or not one that differences can tell
    if not np.isfinite(parts).all():
        return np.nan
    return np.inf if abs(float(parts.sum()) - right) > FAR * scale else 0.0


def _slope(plan: Plan, numbers: Numbers, of: str, upstream: Any, shift: Any) -> float:
    """Half the difference of the sum of upstream times output, between both ends of the shift."""
    losses = []
    for moved in (numbers.arrays[of] + shift, numbers.arrays[of] - shift):
        run = Numbers(numbers.sizes, {**numbers.arrays, of: np.asarray(moved)}, dict(numbers.scalars))
        losses.append(float(np.sum(upstream * np.array(run_forward(plan, run)["output"], dtype=float))))
    return (losses[0] - losses[1]) / 2


def _sizes(plan: Plan, fixed: Mapping[str, int], assumptions: Sequence[str]) -> Iterator[dict[str, int]]:
    """A few patterns, and the sizes that the code itself compares with; those that are not too long."""
    asked = [{name: pattern[k % 2] for k, name in enumerate(plan.sizes)} for pattern in PATTERNS]
    for said in assumptions:
        compared = re.fullmatch(r"(\w+) (>=|!=) (\d+)", said)
        if compared and compared[1] in plan.sizes:
            beyond = int(compared[3]) - (compared[2] == ">=")
            asked.append({**dict.fromkeys(plan.sizes, 2), compared[1]: beyond})
    for sizes in asked:
        found = _split({**sizes, **fixed}, fixed, assumptions)
        entries = max(
            (length("*".join(role.shape) or "1", found) for role in plan.arrays.values()), default=1
        )
        if entries <= ENTRIES and all(1 <= number <= LONGEST for number in found.values()):
            yield found


def _split(sizes: dict[str, int], fixed: Mapping[str, int], assumptions: Sequence[str]) -> dict[str, int]:
    """Each size that another size splits made a multiple of it: of groups, 2 where there can be."""
    if "G" in sizes and "G" not in fixed:
        sizes["G"] = min(2, sizes["G"])
    for said in assumptions:
        split = re.fullmatch(r"(\w+) = (\w+)\*\w+", said)
        if split and split[1] in sizes.keys() - fixed.keys():
            sizes[split[1]] *= sizes.get(split[2], 1)
    return sizes
