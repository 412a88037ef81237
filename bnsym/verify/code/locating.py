"""What has a gradient, where each lies, and how far what came back is from having gradients' shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bnsym.verify.code import finding, places
from bnsym.verify.code import names as n
from bnsym.verify.code.numbers import Numbers
from bnsym.verify.code.plan import Pair, Plan
from bnsym.verify.code.roles import Array
from bnsym.verify.code.starting import Told, data_name
from bnsym.verify.code.state import is_parameter

NOTHING = 1e-12


def wanted_shapes(plan: Plan, numbers: Numbers, told: Told, pair: Pair) -> dict[str, tuple[int, ...]]:
    """What has a gradient: the input first, then the parameters; with their shapes."""
    data = data_name(pair, told)
    given = {
        name: np.shape(numbers.arrays[name])
        for name, role in plan.arguments.items()
        if isinstance(role, Array) and not _is_running(name)
    }
    first = {data: given.pop(data)} if data in given else {}
    taken = {n.plain(name) for name in given}  # an argument gamma beside self.gamma: the gradient is its own
    free = (place for place, role in plan.state.items() if isinstance(role, Array))
    free = (place for place in free if n.plain(places.last_name(place)) not in taken)
    state = {place: np.shape(numbers.arrays[place]) for place in free}
    return first | given | state


def renewed_places(plan: Plan, numbers: Numbers, names: Mapping[str, Any]) -> frozenset[str]:
    """The arrays of the instance that its forward made anew: what it computes, such as self.mean, or keeps.

    Their value before the call takes no part in the output, so the code's self.dmean is no gradient of it.
    """
    put = (place for place in plan.state if place in numbers.arrays)
    return frozenset(
        place for place in put if not np.array_equal(places.read(place, names), numbers.arrays[place])
    )


def _is_running(name: str) -> bool:
    return "running" in name.lower() or "moving" in name.lower()


def gradient_places(
    plan: Plan, wanted: Mapping[str, tuple[int, ...]], result: Any, names: Mapping[str, Any], told: Told
) -> dict[str, str]:
    """Where each gradient lies: as told, else in the instance, else in the result."""
    if told.gradients:
        return dict(told.gradients)
    state = {name: shape for name, shape in wanted.items() if name in plan.state}
    held = finding.in_state(state, names["self"]) if "self" in names else {}
    left = {places.last_name(name): name for name in wanted if name not in held}
    shapes = {short: wanted[name] for short, name in left.items()}
    returned = finding.matched(shapes, finding.in_result(result, plan.pair.code[-1]))
    found = {left[short]: place for short, place in returned.items()} | held
    data = data_name(plan.pair, told)
    if result is None and data in wanted and "self" in names:
        found |= finding.of_input(data, wanted[data], names["self"])
    return {name: found[name] for name in wanted if name in found}


def misses_of(
    name: str, shape: tuple[int, ...], gradients: Mapping[str, str], names: Mapping[str, Any]
) -> int:
    """1 for a gradient that is due and not found, or that has not the shape of its input."""
    if name not in gradients:
        return int(is_due(name))
    return int(_long(np.shape(places.read(gradients[name], names))) != _long(shape))


def _long(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of more than one entry: a gradient (D,) of a parameter (1, D) is none that is missed."""
    return tuple(length for length in shape if length != 1)


def unnamed(plan: Plan, result: Any, told: Told) -> frozenset[str]:
    """Those whose gradient lies in the result, under no name."""
    bare = {each.place for each in finding.in_result(result, plan.pair.code[-1]) if not each.label}
    return frozenset() if told.gradients else frozenset(of for of, at in plan.gradients.items() if at in bare)


def says_nothing(data: str, gradients: Mapping[str, str], names: Mapping[str, Any]) -> bool:
    """True where the input's gradient is zero all over: statistics over one value, a wrong layout."""
    if data not in gradients:
        return False
    return float(np.abs(places.read(gradients[data], names)).max(initial=0.0)) < NOTHING


def is_due(name: str) -> bool:
    """Arguments and parameters have a gradient; other arrays of an instance need none."""
    return not name.startswith("self") or is_parameter(name)
