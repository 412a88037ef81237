"""What each argument of a forward or of a constructor is, from its name and its default."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bnsym.terms.nodes import Sign
from bnsym.verify.code import names as n
from bnsym.verify.code.layouts import Layout
from bnsym.verify.code.roles import Array, Context, Literal, Role, Scalar, Shape, SizeOf, Table

GROUPS = "G"
MOST_SETUP = 2
_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_NONE = inspect.Parameter.empty


@dataclass
class Wanted:
    """What is known of the roles: those the user gave by name, and the keys that dicts were asked for."""

    given: Mapping[str, Role] = field(default_factory=dict)
    keys: dict[str, dict[str, Role]] = field(default_factory=dict)


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters by name, without self, *args and **kwargs."""
    found = [p for p in signature_of(function).values() if p.kind not in _STARRED]
    return [p for k, p in enumerate(found) if not (k == 0 and p.name == "self")]


def signature_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters; where a decorator hides them behind *args, those of the function that it holds."""
    found = inspect.signature(function).parameters
    if found and all(p.kind in _STARRED for p in found.values()):
        inner: Any = function.__init__ if isinstance(function, type) else function  # type: ignore[misc]
        cells = (cell.cell_contents for cell in getattr(inner, "__closure__", None) or ())
        held = next((value for value in cells if inspect.isfunction(value)), None)
        return found if held is None else signature_of(held)
    return found


def input_name(parameters: Iterable[inspect.Parameter], given: Mapping[str, Role]) -> str:
    """The argument that the function normalizes: named as an input, or the first that may be an array."""
    may_be = [p.name for p in parameters if _fixed_role(p) is None and not _told(given.get(p.name))]
    sure = (name for name in may_be if n.plain(name) in n.SURE_INPUT)
    return next(sure, may_be[0] if may_be else "")


def _told(role: Role | None) -> bool:
    return role is not None and not isinstance(role, Array)


def forward_roles(function: Callable[..., Any], layout: Layout, wanted: Wanted) -> dict[str, Role]:
    """The roles of a forward's arguments; one with a default that no table knows keeps it."""
    parameters = parameters_of(function)
    data = input_name(parameters, wanted.given)
    found: dict[str, Role] = {}
    for p in parameters:
        role = wanted.given.get(p.name)
        if role is None:
            role = Array(layout.input) if p.name == data else _role(p, layout, wanted)
        if role is not None:
            found[p.name] = role
    return found


def _role(p: inspect.Parameter, layout: Layout, wanted: Wanted) -> Role | None:
    name, optional = n.plain(p.name), p.default is not _NONE
    if name in n.PARAMETER_TABLE or isinstance(p.default, dict) or p.name in wanted.keys:
        return Table({key: _placed(role, layout) for key, role in wanted.keys.get(p.name, {}).items()})
    fixed = _fixed_role(p)
    if fixed is not None:
        return fixed
    if name in n.RUNNING_MEAN or name in n.RUNNING_VAR:
        return None if optional else running(name, layout)
    if name in n.SCALE | n.SHIFT and not isinstance(p.default, (int, float)):
        return Array(layout.parameter)
    if name in n.SECOND_INPUT and not (optional and p.default is not None):
        return Array(layout.input)
    if optional:
        return None
    return Literal(0) if name in ("axis", "axes") else Array(layout.parameter)


def running(name: str, layout: Layout) -> Array:
    """Running averages: free, and a variance is not negative."""
    return Array(layout.parameter, Sign.NONNEGATIVE if name in n.RUNNING_VAR else Sign.REAL)


def _placed(role: Role, layout: Layout) -> Role:
    return Array(layout.parameter, role.sign) if isinstance(role, Array) else role


def _fixed_role(p: inspect.Parameter) -> Role | None:
    """The role of an argument that is no array and does not hang on the layout."""
    name, optional = n.plain(p.name), p.default is not _NONE
    if name in n.CONTEXT and not optional:
        return Context()
    if name in n.EPSILON and not isinstance(p.default, (bool, str)):
        return Scalar()
    if p.name == GROUPS or (name in n.GROUPS and name != "g"):
        return SizeOf(GROUPS)
    if name in n.TRAINING or name in n.INFERENCE:
        return Literal(_switch(name in n.TRAINING, isinstance(p.default, str)))
    if name in n.MODE:
        trains = isinstance(p.default, str) and "train" in p.default
        return Literal(p.default if trains else _switch(True, not isinstance(p.default, bool)))
    if name in n.MOMENTUM:
        return None if optional else Literal(0.9)
    return None


def _switch(on: bool, in_words: bool) -> bool | str:
    return ("train" if on else "test") if in_words else on


def key_role(key: str) -> Role | None:
    """What a key of a dict such as bn_param stands for; None to leave it out."""
    name = n.plain(key)
    if name in n.EPSILON:
        return Scalar()
    if name in n.MODE:
        return Literal("train")
    if name in n.TRAINING:
        return Literal(True)
    if name in n.INFERENCE:
        return Literal(False)
    return None


def missing_key_role(key: str) -> Role | None:
    """What a key that the code cannot do without stands for."""
    name = n.plain(key)
    if name in n.MOMENTUM:
        return Literal(0.9)
    if name in n.RUNNING_VAR:
        return Array((), Sign.NONNEGATIVE)
    if name in n.RUNNING_MEAN | n.SCALE | n.SHIFT:
        return Array(())
    return key_role(key)


def constructor_roles(
    owner: type, layout: Layout, wanted: Wanted, variant: int
) -> tuple[dict[str, Role], bool, bool]:
    """The roles of a constructor's arguments; whether they hang on the variant, and if any is an array."""
    found: dict[str, Role] = {}
    varies = arrays = False
    for p in constructor_parameters(owner):
        role = wanted.given.get(p.name)
        if role is None:
            role, by_variant = _constructor_role(p, layout, variant)
            varies |= by_variant
        if role is not None:
            found[p.name] = role
            arrays |= isinstance(role, Array)
    return found, varies, arrays


def constructor_parameters(owner: type) -> list[inspect.Parameter]:
    """None where the class has no constructor of its own."""
    if owner.__init__ is object.__init__:  # type: ignore[misc]
        return []
    return parameters_of(owner)


def setups(owner: type, layout: Layout, wanted: Wanted) -> Iterator[dict[str, dict[str, Role]]]:
    """The calls of a method such as build(input_shape) that a class may want before its first forward."""
    for method in (name for name in n.SETUP if callable(getattr(owner, name, None))):
        needed = [p for p in parameters_of(getattr(owner, method)) if p.default is _NONE]
        told = {p.name: wanted.given[p.name] for p in needed if p.name in wanted.given}
        left = [p.name for p in needed if p.name not in told]
        if len(left) < MOST_SETUP:
            for variant in VARIANTS if left else VARIANTS[:1]:
                yield {method: {**told, **dict.fromkeys(left, variant(layout))}}


def _constructor_role(p: inspect.Parameter, layout: Layout, variant: int) -> tuple[Role | None, bool]:
    name, optional = n.plain(p.name), p.default is not _NONE
    fixed = _fixed_role(p)
    if fixed is not None and not (isinstance(fixed, Literal) and optional):
        return fixed, False
    if name in n.SHAPES:
        return VARIANTS[variant or 1](layout), True
    if name in n.RANKS and not optional:  # a number of axes, or a length after all
        return (VARIANTS[variant - 1](layout) if variant else Literal(len(layout.input) - 1)), True
    if name in n.CHANNEL_COUNT and not isinstance(p.default, (bool, str)):
        return VARIANTS[variant](layout), True
    if name in n.SCALE | n.SHIFT and (not optional or p.default is None):
        return Array(layout.parameter), False
    if optional:
        return None, False
    return VARIANTS[variant](layout), True


VARIANTS: tuple[Callable[[Layout], Role], ...] = (
    lambda layout: SizeOf(layout.channel),
    lambda layout: Shape((layout.channel,)),
    lambda layout: Shape(layout.input[1:] or layout.input),
    lambda layout: Shape(layout.input),
    lambda layout: SizeOf("*".join(layout.input[1:] or layout.input)),
    lambda layout: Shape(layout.parameter or layout.input),
)
