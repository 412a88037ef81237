"""Runs a plan: the same steps for symbols and for numbers, which differ in what makes the values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

from bnsym.verify.code import places
from bnsym.verify.code.arguments import signature_of
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.roles import (
    Array,
    At,
    Context,
    Literal,
    Role,
    Saved,
    Scalar,
    Shape,
    SizeOf,
    Table,
    Upstream,
)

Names = dict[str, Any]


class Maker(Protocol):
    """Makes the values of roles, and calls the user's code."""

    def array(self, name: str, role: Array) -> Any:
        """A free array."""

    def scalar(self, name: str, role: Scalar) -> Any:
        """A free number."""

    def size(self, size: str) -> Any:
        """A size as a number."""

    def upstream(self, name: str, output: Any) -> Any:
        """A free array of the output's shape."""

    def table(self, items: dict[str, Any]) -> dict[str, Any]:
        """A dict of such values."""

    def call(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """function(*given, **named)."""


def value(role: Role, name: str, maker: Maker, names: Names) -> Any:
    """What an argument of that role is given."""
    match role:
        case Array():
            return maker.array(name, role)
        case Scalar():
            return maker.scalar(name, role)
        case SizeOf(size):
            return maker.size(size)
        case Shape(sizes):
            return tuple(map(maker.size, sizes))
        case Context():
            return Saved()
        case Literal(literal):
            return literal
        case Table(items):
            return maker.table({key: value(inner, key, maker, names) for key, inner in items.items()})
        case Upstream():
            return maker.upstream(name, names["output"])
        case At(place):
            return names[place] if place in names else places.read(place, names)


def run_forward(plan: Plan, maker: Maker) -> Names:
    """A new instance if there is a class, then the forward.  Gives its arguments, self, result and output."""
    names: Names = {}
    if plan.pair.owner is not None:
        names["self"] = instance(plan, plan.pair.owner, maker)
    for name, role in plan.arguments.items():
        names[name] = value(role, name, maker, names)
    names["result"] = _call(plan.pair.forward, {name: names[name] for name in plan.arguments}, maker, names)
    names["output"] = places.read(plan.output, names)
    return names


def run_backward(plan: Plan, maker: Maker, names: Names) -> Any:
    """The backward; its result takes the place of the forward's in `names`."""
    if plan.pair.backward is None:
        return None
    handed = {name: value(role, name, maker, names) for name, role in plan.hands.items()}
    names["result"] = _call(plan.pair.backward, handed, maker, names)
    return names["result"]


def _call(function: Callable[..., Any] | str, given: Names, maker: Maker, names: Names) -> Any:
    """By position where a parameter can only be given so."""
    called = getattr(names["self"], function) if isinstance(function, str) else function
    before, named = split_arguments(called, given)
    return maker.call(called, *before, **named)


def split_arguments(function: Callable[..., Any], given: Names) -> tuple[list[Any], Names]:
    """The leading arguments by position, the rest by name."""
    positional: list[Any] = []
    rest = dict(given)
    for name, parameter in signature_of(function).items():
        if parameter.kind not in _BY_POSITION or name not in rest:
            break
        positional.append(rest.pop(name))
    return positional, rest


_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def instance(plan: Plan, owner: type, maker: Maker) -> Any:
    """A new instance, with the plan's arrays put into it."""
    built = {name: value(role, name, maker, {}) for name, role in plan.construct.items()}
    before, named = split_arguments(owner, built)
    names: Names = {"self": maker.call(owner, *before, **named)}
    for method, roles in plan.setup.items():
        _call(method, {name: value(role, name, maker, names) for name, role in roles.items()}, maker, names)
    for place, switch in plan.switches.items():
        places.put(place, names, switch.value)
    if plan.lazy:
        _dry_forward(plan, maker, names)
    for place, role in plan.state.items():
        put = names[place] = value(role, place, maker, names)
        places.put(place, names, put)
    return names["self"]


def _dry_forward(plan: Plan, maker: Maker, names: Names) -> None:
    """A forward that creates parameters; what it put into lists is taken out again."""
    lists = [
        (inner, list(inner)) for _, _, inner in places.inside("self", names["self"]) if type(inner) is list
    ]
    given = {name: value(role, name, maker, names) for name, role in plan.arguments.items()}
    _call(plan.pair.forward, given, maker, names)
    for held, before in lists:
        held[:] = before
