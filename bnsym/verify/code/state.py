"""The arrays of an instance that a forward reads: its parameters and running averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bnsym.terms.nodes import Sign
from bnsym.verify.code import names as n
from bnsym.verify.code import places
from bnsym.verify.code.numbers import size_name
from bnsym.verify.code.roles import Array, At, Literal

_NOT_NEGATIVE = ("var", "std", "sigma", "sd", "second")


def arrays_in(instance: Any) -> dict[str, Any]:
    """Every float array in the instance, by place."""
    return {
        place: value
        for place, _, value in places.inside("self", instance)
        if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind == "f"
    }


def state_roles(
    arrays: Mapping[str, Any], sizes: Mapping[str, int], order: tuple[str, ...]
) -> dict[str, Array | At]:
    """Free arrays in their place; buffers of gradients stay as the constructor made them."""
    names = {n.plain(places.last_name(place)) for place in arrays if not _holds_gradients(place)}
    found: dict[str, Array | At] = {}
    first: dict[int, str] = {}
    for place, value in sorted(arrays.items(), key=lambda row: (row[0].count("_"), row[0].count("["))):
        if _holds_gradients(place) or _is_gradient(places.last_name(place), names):
            continue
        if id(value) in first:
            found[place] = At(first[id(value)])
            continue
        shape = [size_name(length, sizes, order) for length in value.shape]
        if None not in shape:
            name = n.plain(places.last_name(place))
            sign = Sign.NONNEGATIVE if any(part in name for part in _NOT_NEGATIVE) else Sign.REAL
            first[id(value)] = place
            found[place] = Array(tuple(str(size) for size in shape), sign)
    return found


def created_late(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters that only a forward created, told by their names."""
    late = {place: value for place, value in after.items() if place not in before}
    return {
        place: value
        for place, value in late.items()
        if n.plain(places.last_name(place)) in (n.SCALE | n.SHIFT) - {"a", "b", "g", "w", "alpha"}
        and not _holds_gradients(place)
    }


def switches(instance: Any) -> dict[str, Literal]:
    """Flags that must be turned for the instance to train: self._is_training that is False at first."""
    flags = {n.plain(name): name for name, value in vars(instance).items() if type(value) is bool}
    wanted = {name: plain in n.TRAINING for plain, name in flags.items() if plain in n.TRAINING | n.INFERENCE}
    return {f"self.{name}": Literal(on) for name, on in wanted.items() if getattr(instance, name) != on}


def is_parameter(place: str) -> bool:
    """By its name."""
    return n.plain(places.last_name(place)) in n.SCALE | n.SHIFT


def _is_gradient(name: str, others: set[str]) -> bool:
    stems = n.gradient_stems(name)
    return any(stem in others for stem in stems) or n.plain(name).startswith(("grad", "delta"))


def _holds_gradients(place: str) -> bool:
    return "grad" in place.lower() or "cache" in place.lower()
