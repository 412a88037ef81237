"""Where the gradients lie after the backward: in its result, or in attributes that it set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsym.verify.code import names as n
from bnsym.verify.code import places
from bnsym.verify.code.source import returned_names

Shapes = Mapping[str, tuple[int, ...]]
_SHORT_HOLDERS = ("d", "g", "dp", "dw", "dtheta", "derivs", "derivatives")
_HOLDERS = ("grad", "dparam", "d_param", "dweights", "delta")


@dataclass(frozen=True)
class Found:
    """A value that may be a gradient: its place, what it is called, its shape."""

    place: str
    label: str
    shape: tuple[int, ...]
    order: int


def in_result(result: Any, backward: Callable[..., Any]) -> list[Found]:
    """The arrays in what the backward returned."""
    if isinstance(result, Mapping):
        rows = [(f"result[{key!r}]", str(key), value) for key, value in result.items()]
    elif isinstance(result, (tuple, list)):
        own = getattr(result, "_fields", ()) or returned_names(backward)
        labels = own if len(own) == len(result) else [""] * len(result)
        rows = [
            (f"result[{k}]", label, value)
            for k, (label, value) in enumerate(zip(labels, result, strict=True))
        ]
    else:
        rows = [("result", next(iter(returned_names(backward)), ""), result)]
    return [
        Found(place, label, np.shape(value), order)
        for order, (place, label, value) in enumerate(rows)
        if isinstance(value, (np.ndarray, np.floating, float))
    ]


def matched(wanted: Shapes, found: Sequence[Found]) -> dict[str, str]:
    """The place of each wanted gradient: by its name, else by its position and shape."""
    rows = [
        (_score(name, order, shape, each), -order, name, each)
        for order, (name, shape) in enumerate(wanted.items())
        for each in found
    ]
    chosen: dict[str, str] = {}
    for score, _, name, each in sorted(rows, key=lambda row: row[:2], reverse=True):
        if score > 0 and name not in chosen and each.place not in chosen.values():
            chosen[name] = each.place
    return {name: chosen[name] for name in wanted if name in chosen}


def _score(name: str, order: int, shape: tuple[int, ...], each: Found) -> int:
    stems = (each.label, *n.gradient_stems(each.label)) if each.label else ()
    by_name = max((n.akin(name, stem) for stem in stems), default=0)
    return 100 * by_name + 10 * (order == each.order) + 5 * (shape == each.shape)


def in_state(state: Shapes, instance: Any) -> dict[str, str]:
    """The place of each gradient: self.dgamma, self.grads['gamma'], self.gamma.grad."""
    held = [
        (place, np.shape(value))
        for place, _, value in places.inside("self", instance)
        if isinstance(value, (np.ndarray, np.floating))
    ]
    found = {}
    for of, shape in state.items():
        rows = [(_fit(of, place), shape == other, place) for place, other in held if place != of]
        rows = [row for row in rows if row[0]]
        if rows:
            found[of] = max(rows, key=lambda row: row[:2])[2]
    return found


def of_input(data: str, shape: tuple[int, ...], instance: Any) -> dict[str, str]:
    """The place of the input's gradient where the backward keeps it: self.dinputs, self.dx."""
    rows = places.inside("self", instance)
    held = [place for place, _, value in rows if isinstance(value, np.ndarray) and value.shape == shape]
    stems = {place: n.gradient_stems(places.last_name(place)) for place in held}
    own = [place for place in held if n.plain(data) in stems[place]]
    alike = [place for place in held if n.SURE_INPUT.intersection(stems[place])]
    return dict.fromkeys([data], (*own, *alike)[0]) if own or alike else {}


def _fit(of: str, place: str) -> int:
    """3 if the place's name is d, grad_, ... of that name, or that name in a holder of gradients."""
    name = places.last_name(of)
    if place.endswith((".grad", ".gradient", "['grad']")):
        return 4 * (_base(place) == _base(of) or _base(place) == of)
    if _in_holder(place):
        label = places.last_name(place)
        return max(n.akin(name, stem) for stem in (label, *n.gradient_stems(label))) * (not _in_holder(of))
    stems = n.gradient_stems(places.last_name(place))
    return 3 * any(n.plain(name) == stem for stem in stems)


def _base(place: str) -> str:
    return place.rpartition(".")[0] if not place.endswith("]") else place.rpartition("[")[0]


def _in_holder(place: str) -> bool:
    """True inside self.grads, self.gradients, self.dparams."""
    head = place.removeprefix("self").lstrip(".").lower()
    first = head.split("[")[0].split(".")[0]
    named = first in _SHORT_HOLDERS or any(holder in first for holder in _HOLDERS)
    return named and first != head
