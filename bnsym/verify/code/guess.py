"""Finds out how the user's code is called: candidates are tried on small float64 arrays of telling sizes.

A candidate is judged by whether the code runs, and whether what comes back has the shapes of gradients; among
equals the first counts.  No entry of an array takes part in the choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bnsym.errors import UsageError
from bnsym.verify.code import finding, places
from bnsym.verify.code.arguments import (
    VARIANTS,
    Wanted,
    constructor_parameters,
    constructor_roles,
    forward_roles,
    input_name,
    key_role,
    missing_key_role,
    parameters_of,
)
from bnsym.verify.code.handing import backward_roles, output_place
from bnsym.verify.code.layouts import Layout, candidates
from bnsym.verify.code.numbers import Numbers, trial_sizes
from bnsym.verify.code.plan import Pair, Plan
from bnsym.verify.code.roles import Array, Role, Shape, SizeOf, Table
from bnsym.verify.code.running import instance, run_backward, run_forward
from bnsym.verify.code.source import hints
from bnsym.verify.code.state import arrays_in, created_late, is_parameter, state_roles

ROUNDS = 6
NOTHING = 1e-12
RANKS_BESIDE = (2, 4)


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
class Trial:
    """A plan that ran, and by how much what came back misses the shapes of gradients."""

    plan: Plan
    misses: int


def guess(pair: Pair, told: Told) -> Plan:
    """The plan that fits best.  Raises UsageError, with what the code raised, where nothing runs."""
    _check_names(pair, told)
    best: Trial | None = None
    errors: list[str] = []
    for layout, variant in _choices(pair, told):
        try:
            trial = _tried(pair, told, layout, variant)
        except UsageError:
            raise
        except Exception as error:
            errors.append(f"with x {layout.input}: {type(error).__name__}: {error}")
            continue
        if best is None or trial.misses < best.misses:
            best = trial
        if not best.misses:
            break
    if best is None:
        raise UsageError(
            f"{pair.name} could not be called: {errors[0] if errors else 'no layout fits'}; say what its "
            "arguments are: --layout NCHW, --arg NAME=N,C,H,W, --arg NAME=scalar, --arg NAME=size:G, "
            "--arg NAME='\"train\"'"
        )
    return best.plan


def _check_names(pair: Pair, told: Told) -> None:
    """Every name that the user gave a role is an argument of something."""
    known = {p.name for function in pair.code for p in parameters_of(function)}
    if pair.owner is not None:
        known |= {p.name for p in constructor_parameters(pair.owner)}
    for name in (*told.roles, *told.hands):
        if name not in known:
            raise UsageError(
                f"{pair.name} has no argument called {name!r}; it has {', '.join(sorted(known))}"
            )


def other_ranks(pair: Pair, told: Told, first: Plan) -> list[Plan]:
    """Where the code asks for the rank of its input: the plans for the other ranks that it also takes."""
    found = hints(pair.code, pair.owner)
    if not found.mentions_rank or told.layout or _told_layouts(pair, told):
        return []
    data = first.arguments[_data(pair, told)]
    ranks = {len(data.shape)} if isinstance(data, Array) else set()
    plans = []
    for layout, variant in _choices(pair, told):
        if len(layout.input) not in ranks and len(layout.input) in RANKS_BESIDE:
            trial = _or_none(pair, told, layout, variant)
            if trial is not None and not trial.misses:
                ranks.add(len(layout.input))
                plans.append(trial.plan)
    return plans


def _or_none(pair: Pair, told: Told, layout: Layout, variant: int) -> Trial | None:
    try:
        return _tried(pair, told, layout, variant)
    except Exception:  # the user's code does not take this rank, whatever it raises
        return None


def _choices(pair: Pair, told: Told) -> Iterator[tuple[Layout, int]]:
    """Layouts, and ways of building the instance."""
    found = hints(pair.code, pair.owner)
    layouts = _told_layouts(pair, told) or list(candidates(found, told.layout))
    if pair.owner is None:
        yield from ((layout, 0) for layout in layouts)
        return
    seen: set[tuple[Any, ...]] = set()
    for variant in range(len(VARIANTS)):
        for layout in layouts:
            roles, varies, arrays = constructor_roles(pair.owner, layout, Wanted(told.roles), variant)
            key = (layout.input, tuple(map(str, roles.values())), layout.parameter if arrays else "")
            if key not in seen and (varies or variant == 0):
                seen.add(key)
                yield layout, variant


def _told_layouts(pair: Pair, told: Told) -> list[Layout]:
    """The layout of the input's shape, where the user gave that."""
    parameters = parameters_of(pair.code[0])
    role = told.roles.get(input_name(parameters, told.roles))
    if not isinstance(role, Array):
        return []
    if not role.shape:
        return [Layout((), (), "1")]
    letters = ",".join(role.shape)
    if all(name.isidentifier() for name in role.shape) and len(set(role.shape)) == len(role.shape):
        return list(candidates(hints(pair.code, pair.owner), letters + "," * (len(role.shape) == 1)))
    return [Layout(role.shape, role.shape[-1:], role.shape[-1])]


def _tried(pair: Pair, told: Told, layout: Layout, variant: int) -> Trial:
    """One candidate, run forward and backward."""
    sizes = trial_sizes(_size_names(layout, told), {})
    plan = _started(pair, told, layout, variant, sizes)
    numbers = Numbers(sizes)
    names = run_forward(plan, numbers)
    expected = np.shape(numbers.arrays.get(_data(pair, told), np.empty(())))
    misses = int(np.shape(names["output"]) != expected)
    if pair.backward is None:
        return Trial(plan, misses)
    forward_result = names["result"]
    given = {**told.roles, **told.hands}
    hands = backward_roles(pair, plan.arguments, forward_result, plan.output, given)
    plan = replace(plan, hands=hands)
    result = run_backward(plan, numbers, names)
    wanted = _wanted(plan, numbers, told, pair)
    gradients = _gradients(plan, wanted, result, names, told)
    misses += sum(_misses(name, shape, gradients, names) for name, shape in wanted.items())
    misses += _says_nothing(_data(pair, told), gradients, names)
    guessed = frozenset(plan.arguments) - frozenset(told.roles)
    plan = replace(plan, gradients=gradients, guessed=frozenset() if told.layout else guessed)
    missing = tuple(name for name in wanted if name not in gradients and _is_due(name))
    return Trial(replace(plan, unnamed=_unnamed(plan, result, told), missing=missing), misses)


def _says_nothing(data: str, gradients: Mapping[str, str], names: Mapping[str, Any]) -> bool:
    """True where the input's gradient is zero all over: statistics over one value, a wrong layout."""
    if data not in gradients:
        return False
    return float(np.abs(places.read(gradients[data], names)).max(initial=0.0)) < NOTHING


def _is_due(name: str) -> bool:
    """Arguments and parameters have a gradient; other arrays of an instance need none."""
    return not name.startswith("self") or is_parameter(name)


def _unnamed(plan: Plan, result: Any, told: Told) -> frozenset[str]:
    """Those whose gradient lies in the result, under no name."""
    bare = {each.place for each in finding.in_result(result, plan.pair.code[-1]) if not each.label}
    return frozenset() if told.gradients else frozenset(of for of, at in plan.gradients.items() if at in bare)


def _data(pair: Pair, told: Told) -> str:
    return input_name(parameters_of(pair.code[0]), told.roles)


def _size_names(layout: Layout, told: Told) -> tuple[str, ...]:
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


def _started(pair: Pair, told: Told, layout: Layout, variant: int, sizes: Mapping[str, int]) -> Plan:
    """The plan of the forward, once the keys of its dicts and the arrays of its instance are known."""
    wanted = Wanted(told.roles)
    construct: dict[str, Role] = {}
    if pair.owner is not None:
        construct = constructor_roles(pair.owner, layout, wanted, variant)[0]
    for _ in range(ROUNDS):
        plan = Plan(pair, forward_roles(pair.code[0], layout, wanted), construct=construct)
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
    shape = np.shape(numbers.arrays.get(_data(pair, told), np.empty(())))
    output = told.output or output_place(names["result"], shape)
    if not isinstance(places.read(output, names), (np.ndarray, np.floating)):
        raise TypeError(f"the forward returned a {type(names['result']).__name__} without an array")
    return replace(plan, output=output)


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
    names = run_forward(replace(plan, output="result"), numbers)
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


def _wanted(plan: Plan, numbers: Numbers, told: Told, pair: Pair) -> dict[str, tuple[int, ...]]:
    """What has a gradient: the input first, then the parameters; with their shapes."""
    data = _data(pair, told)
    given = {
        name: np.shape(numbers.arrays[name])
        for name, role in plan.arguments.items()
        if isinstance(role, Array) and not _is_running(name)
    }
    first = {data: given.pop(data)} if data in given else {}
    free = (place for place, role in plan.state.items() if isinstance(role, Array))
    state = {place: np.shape(numbers.arrays[place]) for place in free}
    return first | given | state


def _is_running(name: str) -> bool:
    return "running" in name.lower() or "moving" in name.lower()


def _gradients(
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
    return {name: found[name] for name in wanted if name in found}


def _misses(name: str, shape: tuple[int, ...], gradients: Mapping[str, str], names: Mapping[str, Any]) -> int:
    if name not in gradients:
        return int(_is_due(name))
    return int(np.shape(places.read(gradients[name], names)) != shape)
