"""A counterexample in words: the inputs, what came back, what is right, and the entry that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import Counterexample
from bnsym.verify.code.roles import Upstream

LARGEST_DENOMINATOR = 200


def told(
    plan: Plan,
    arrays: Mapping[str, Any],
    scalars: Mapping[str, float],
    returned: Any,
    right: Any,
    at: tuple[int, ...],
) -> Counterexample:
    """The counterexample at these values; the upstream is the last of the inputs."""
    last = [name for name, role in plan.hands.items() if isinstance(role, Upstream) and name in arrays]
    used = [name for name in arrays if name not in last and not _idle(name, plan)]
    inputs = {name: array_text(arrays[name]) for name in used}
    inputs |= {name: number_text(value) for name, value in scalars.items()}
    inputs |= {name: array_text(arrays[name]) for name in last}
    if returned.shape == right.shape:
        place = f"entry [{', '.join(map(str, at))}]" if at else "it"
        entry = f"{place} is {number_text(returned[at])} where {number_text(right[at])} is right"
    else:
        entry = f"it has shape {returned.shape}, the input has {right.shape}"
    return Counterexample(inputs, array_text(returned), array_text(right), entry)


def _idle(name: str, plan: Plan) -> bool:
    """Constructor arrays that the state takes the place of, and running averages."""
    return (name in plan.construct and f"self.{name}" in plan.state) or "running" in name or "moving" in name


def array_text(array: Any) -> str:
    """An array as nested lists."""
    if np.ndim(array) == 0:
        return number_text(float(array))
    return "[" + ", ".join(array_text(row) for row in array) + "]"


def number_text(value: Any) -> str:
    """An integer or a simple fraction as such, anything else to 6 digits."""
    number = float(value)
    if not np.isfinite(number):
        return str(number)
    near = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    if abs(number - near) <= 1e-12 * max(1.0, abs(number)):
        return str(near)
    return f"{number:.6g}"
