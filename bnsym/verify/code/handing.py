"""Where a forward's output lies, and what its backward is handed."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from bnsym.verify.code import names as n
from bnsym.verify.code import places
from bnsym.verify.code.arguments import parameters_of
from bnsym.verify.code.plan import Pair
from bnsym.verify.code.roles import Array, At, Literal, Role, Scalar, SizeOf, Upstream
from bnsym.verify.code.source import returned_names

_REST = "result[1:]"


def output_place(result: Any, shape: tuple[int, ...]) -> str:
    """The place of the output in what the forward returned: of the input's shape if there is one."""
    arrays = [(place, name, value) for place, name, value in _parts(result) if isinstance(value, np.ndarray)]
    for place, _, value in arrays:
        if value.shape == shape:
            return place
    named = [place for place, name, _ in arrays if n.plain(name) in n.OUTPUT]
    return next(iter((*named, *(place for place, _, _ in arrays))), "result")


def held_output(instance: Any, shape: tuple[int, ...]) -> str:
    """The place of the output where the forward returned nothing and keeps it: self.output."""
    rows = places.inside("self", instance)
    fit = [
        (place, name) for place, name, value in rows if isinstance(value, np.ndarray) and value.shape == shape
    ]
    return next((place for place, name in fit if n.plain(name) in n.HELD_OUTPUT), "result")


def _parts(result: Any) -> list[tuple[str, str, Any]]:
    if isinstance(result, Mapping):
        return [(f"result[{key!r}]", str(key), value) for key, value in result.items()]
    if isinstance(result, (tuple, list)):
        names = getattr(result, "_fields", [""] * len(result))
        return [(f"result[{k}]", names[k], value) for k, value in enumerate(result)]
    return [("result", "", result)]


def backward_roles(
    pair: Pair, arguments: Mapping[str, Role], result: Any, output: str, given: Mapping[str, Role]
) -> dict[str, Role]:
    """The roles of the backward's arguments, by name; what is left over is the upstream, then the cache."""
    backward, forward = pair.code[-1], pair.code[0]
    parameters = parameters_of(backward)
    kept = _kept(forward, result, output)
    given = {name: role for name, role in given.items() if name not in arguments or name not in kept}
    known = {p.name: _told(given.get(p.name)) or _by_name(p.name, arguments, kept) for p in parameters}
    found: dict[str, Role] = {name: role for name, role in known.items() if role is not None}
    left = [p for p in parameters if p.name not in found]
    if not any(isinstance(role, Upstream) for role in found.values()):
        first = next((p for p in left if n.plain(p.name) in n.UPSTREAM), left[0] if left else None)
        if first is not None:
            found[first.name] = Upstream()
    for p in left:
        role = found.get(p.name) or _left_over(p, result, output)
        if role is not None:
            found[p.name] = role
    return {p.name: found[p.name] for p in parameters if p.name in found}


def _told(role: Role | None) -> Role | None:
    """A free array is an argument of the forward, not of the backward."""
    return None if isinstance(role, (Array, Scalar)) else role


def _kept(forward: Any, result: Any, output: str) -> dict[str, str]:
    """What the forward returned, by the names that its return statement or its keys give."""
    parts = _parts(result)
    named = returned_names(forward)
    own = [name for _, name, _ in parts]
    labels = named if len(named) == len(parts) and not any(own) else own
    found = {label: place for label, (place, _, _) in zip(labels, parts, strict=False) if label}
    rest = [(place, value) for place, _, value in parts if place != output]
    for place, value in rest:
        if isinstance(value, Mapping):
            found |= {key: f"{place}[{key!r}]" for key in value if isinstance(key, str) and key not in found}
    return found


def _by_name(name: str, arguments: Mapping[str, Role], kept: Mapping[str, str]) -> Role | None:
    if n.plain(name) in n.LEARNING_RATE:
        return Literal(0.0)  # a backward that takes a step leaves the parameters where they are
    if name in kept and n.plain(name) in n.CACHE:
        return At(kept[name])
    if name in arguments:
        role = arguments[name]
        return role if isinstance(role, (Literal, SizeOf)) else At(name)
    if n.plain(name) in n.UPSTREAM and not (n.plain(name) == "g" or name in kept):
        return Upstream()
    if name in kept and n.plain(name) not in n.UPSTREAM:
        return At(kept[name])
    return None


def _left_over(p: inspect.Parameter, result: Any, output: str) -> Role | None:
    if n.plain(p.name) in n.CACHE or p.default is inspect.Parameter.empty:
        if isinstance(result, (tuple, list)) and len(result) > 1:
            held = [k for k, value in enumerate(result) if isinstance(value, (tuple, list, dict))]
            return At(f"result[{held[0]}]" if len(held) == 1 else "result[1]" if len(result) == 2 else _REST)
        if isinstance(result, Mapping):
            inner = [key for key in result if n.plain(str(key)) in n.CACHE]
            return At(f"result[{inner[0]!r}]" if inner else "result")
        return At("result")
    return None
