"""The forward part of a plan: roles of its arguments, keys of its dicts, arrays of its instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from bnsym.verify.code import names as n
from bnsym.verify.code import places
from bnsym.verify.code.arguments import (
    Wanted,
    constructor_roles,
    forward_roles,
    input_name,
    key_role,
    missing_key_role,
    parameters_of,
)
from bnsym.verify.code.handing import held_output, output_place
from bnsym.verify.code.layouts import Layout
from bnsym.verify.code.numbers import Numbers
from bnsym.verify.code.plan import Pair, Plan
from bnsym.verify.code.roles import Array, Literal, Role, Shape, SizeOf, Table
from bnsym.verify.code.running import instance, run_forward
from bnsym.verify.code.state import arrays_in, created_late, is_parameter, state_roles, switches

ROUNDS = 6


@dataclass(frozen=True)
class Told:
    """What the user said; everything else is guessed."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    layout: str = ""
    gradients: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    state: Mapping[str, Array] | None = None
    hands: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """A way of making the instance: which variant of its constructor's sizes, and what is called next."""

    variant: int = 0
    setup: Mapping[str, Mapping[str, Role]] = field(default_factory=dict)


def data_name(pair: Pair, told: Told) -> str:
    """The argument that is normalized."""
    return input_name(parameters_of(pair.code[0]), told.roles)


def size_names(layout: Layout, told: Told) -> tuple[str, ...]:
    """All size names in the layout and in what the user said, and G."""
    found = [*layout.input]
    for role in told.roles.values():
        match role:
            case Array(shape):
                found += shape
            case SizeOf(size):
                found.append(size)
            case Shape(shape):
                found += shape
    for role in (told.state or {}).values():
        found += role.shape
    parts = (part for size in found for part in size.split("*"))
    return tuple(dict.fromkeys((*(part for part in parts if not part.isdigit()), "G")))


def started(pair: Pair, told: Told, layout: Layout, built: Built, sizes: Mapping[str, int]) -> Plan:
    """The plan of the forward, once the keys of its dicts and the arrays of its instance are known."""
    wanted = Wanted(told.roles)
    construct: dict[str, Role] = {}
    if pair.owner is not None:
        construct = constructor_roles(pair.owner, layout, wanted, built.variant)[0]
    turned = _switches(Plan(pair, {}, construct=construct), sizes)
    for _ in range(ROUNDS):
        plan = Plan(
            pair,
            forward_roles(pair.code[0], layout, wanted),
            construct=construct,
            setup=built.setup,
            switches=turned,
        )
        plan = _with_state(plan, layout, sizes, told)
        numbers = Numbers(sizes)
        try:
            names = run_forward(plan, numbers)
        except KeyError:
            if not _learned(plan, numbers, wanted):
                raise
            continue
        if not _learned(plan, numbers, wanted):
            break
    shape = np.shape(numbers.arrays.get(data_name(pair, told), np.empty(())))
    place = output_place(names["result"], shape)
    if names["result"] is None and "self" in names:
        place = held_output(names["self"], shape)
    output = told.output or place
    if not isinstance(places.read(output, names), (np.ndarray, np.floating)):
        raise TypeError(f"the forward returned a {type(names['result']).__name__} without an array")
    return replace(plan, output=output)


def _switches(plan: Plan, sizes: Mapping[str, int]) -> dict[str, Literal]:
    owner = plan.pair.owner
    made = instance(plan, owner, Numbers(sizes)) if owner is not None else None
    return switches(made) if hasattr(made, "__dict__") else {}


def _learned(plan: Plan, numbers: Numbers, wanted: Wanted) -> bool:
    """Notes the roles of the keys that dicts were asked for; True if there is a new one."""
    tables = [name for name, role in plan.arguments.items() if isinstance(role, Table)]
    news = False
    for name, table in zip(tables, numbers.tables, strict=False):
        known = wanted.keys.setdefault(name, {})
        rows = [(key, key_role(key)) for key in table.optional]
        rows += [(key, missing_key_role(key)) for key in table.needed]
        for key, role in rows:
            if role is not None and key not in known:
                known[key], news = role, True
    return news


def _with_state(plan: Plan, layout: Layout, sizes: Mapping[str, int], told: Told) -> Plan:
    """With the arrays that the instance holds before, or only after, its first forward."""
    owner = plan.pair.owner
    numbers = Numbers(sizes)
    if owner is None:
        return replace(plan, state=told.state or {})
    if told.state is not None:
        plan = replace(plan, state=told.state)
        return replace(plan, lazy=_is_overwritten(plan, numbers))
    made = instance(plan, owner, numbers)
    before = arrays_in(made)
    state = state_roles(before, sizes, layout.input)
    if any(map(is_parameter, state)):
        return replace(plan, state=state)
    plan = _with_absent(replace(plan, state=state), layout, numbers)
    state = dict(plan.state)
    if any(map(is_parameter, state)):
        return plan
    names = run_forward(plan, numbers)
    late = state_roles(created_late(before, arrays_in(names["self"])), sizes, layout.input)
    return replace(plan, state={**state, **late}, lazy=bool(late))


def _is_overwritten(plan: Plan, numbers: Numbers) -> bool:
    """True where the first forward makes the parameters anew, and so forgets what was put there."""
    names = run_forward(replace(plan, output="result"), numbers)
    put = [np.array(numbers.arrays[place]) for place in plan.state if place in numbers.arrays]
    now = [places.read(place, names) for place in plan.state if place in numbers.arrays]
    return any(
        np.size(a) != np.size(b) or np.any(np.ravel(a) != np.ravel(b)) for a, b in zip(put, now, strict=True)
    )


def _with_absent(plan: Plan, layout: Layout, numbers: Numbers) -> Plan:
    """With the parameters that the forward reads and nobody has made yet: another method would."""
    for _ in range(ROUNDS):
        try:
            run_forward(plan, numbers)
        except AttributeError as error:
            name = str(error.name)
            if not isinstance(error.obj, plan.pair.owner or ()) or name not in n.SCALE | n.SHIFT:
                raise
            plan = replace(plan, state={**plan.state, f"self.{name}": Array(layout.parameter)})
            continue
        return plan
    return plan
