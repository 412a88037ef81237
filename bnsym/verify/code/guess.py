"""Finds out how the user's code is called: candidates are tried on small float64 arrays of telling sizes.

A candidate is judged by whether the code runs, and whether what comes back has the shapes of gradients; among
equals the first counts.  No entry of an array takes part in the choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bnsym.errors import UsageError
from bnsym.verify.code import names as n
from bnsym.verify.code.arguments import (
    VARIANTS,
    Wanted,
    constructor_parameters,
    constructor_roles,
    input_name,
    parameters_of,
    setups,
)
from bnsym.verify.code.handing import backward_roles
from bnsym.verify.code.layouts import Layout, candidates
from bnsym.verify.code.limits import CannotCallError
from bnsym.verify.code.limits import told as told_error
from bnsym.verify.code.locating import (
    gradient_places,
    is_due,
    misses_of,
    renewed_places,
    says_nothing,
    unnamed,
    wanted_shapes,
)
from bnsym.verify.code.numbers import Numbers, trial_sizes
from bnsym.verify.code.plan import Pair, Plan
from bnsym.verify.code.roles import Array
from bnsym.verify.code.running import run_backward, run_forward
from bnsym.verify.code.source import hints
from bnsym.verify.code.starting import Built, Told, data_name, size_names, started

RANKS_BESIDE = (2, 4)


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
    for layout, built in _ways(pair, told):
        if built.setup and best is not None:
            break
        try:
            trial = _tried(pair, told, layout, built)
        except UsageError:
            raise
        except Exception as error:
            errors.append(f"with x ({', '.join(layout.input)}): {told_error(error)}")
            continue
        if best is None or trial.misses < best.misses:
            best = trial
        if not best.misses:
            break
    if best is None:
        raise CannotCallError(
            f"{pair.name} could not be called: {errors[0] if errors else 'no layout fits'}; say what its "
            "arguments are: --layout NCHW, --arg NAME=N,C,H,W, --arg NAME=scalar, --arg NAME=size:G, "
            "--arg NAME='\"train\"'"
        )
    return best.plan


def _ways(pair: Pair, told: Told) -> Iterator[tuple[Layout, Built]]:
    """Layouts and ways of building the instance; at last with a call of a method that prepares it."""
    yield from ((layout, Built(variant)) for layout, variant in _choices(pair, told))
    if pair.owner is not None:
        for layout, variant in _choices(pair, told):
            for setup in setups(pair.owner, layout, Wanted(told.roles)):
                yield layout, Built(variant, setup)


def _check_names(pair: Pair, told: Told) -> None:
    """Every name that the user gave a role is an argument of something."""
    known = {p.name for function in pair.code for p in parameters_of(function)}
    if pair.owner is not None:
        known |= {p.name for p in constructor_parameters(pair.owner)}
        known |= {p.name for method in n.SETUP for p in parameters_of(getattr(pair.owner, method, id))}
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
    data = first.arguments[data_name(pair, told)]
    ranks = {len(data.shape)} if isinstance(data, Array) else set()
    plans = []
    for layout, built in _ways(pair, told):
        if (
            len(layout.input) not in ranks
            and len(layout.input) in RANKS_BESIDE
            and bool(built.setup) == bool(first.setup)
        ):
            trial = _or_none(pair, told, layout, built)
            if trial is not None and not trial.misses:
                ranks.add(len(layout.input))
                plans.append(trial.plan)
    return plans


def _or_none(pair: Pair, told: Told, layout: Layout, built: Built) -> Trial | None:
    try:
        return _tried(pair, told, layout, built)
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


def _tried(pair: Pair, told: Told, layout: Layout, built: Built) -> Trial:
    """One candidate, run forward and backward."""
    sizes = trial_sizes(size_names(layout, told), {})
    plan = started(pair, told, layout, built, sizes)
    numbers = Numbers(sizes)
    names = run_forward(plan, numbers)
    expected = np.shape(numbers.arrays.get(data_name(pair, told), np.empty(())))
    misses = int(np.shape(names["output"]) != expected)
    if pair.backward is None:
        return Trial(plan, misses)
    forward_result = names["result"]
    given = {**told.roles, **told.hands}
    hands = backward_roles(pair, plan.arguments, forward_result, plan.output, given)
    plan = replace(plan, hands=hands)
    renewed = renewed_places(plan, numbers, names)
    result = run_backward(plan, numbers, names)
    shapes = wanted_shapes(plan, numbers, told, pair)
    wanted = {name: shape for name, shape in shapes.items() if name not in renewed}
    gradients = gradient_places(plan, wanted, result, names, told)
    misses += sum(misses_of(name, shape, gradients, names) for name, shape in wanted.items())
    misses += says_nothing(data_name(pair, told), gradients, names)
    guessed = frozenset(plan.arguments) - frozenset(told.roles)
    plan = replace(plan, gradients=gradients, guessed=frozenset() if told.layout else guessed)
    missing = tuple(name for name in wanted if name not in gradients and is_due(name))
    return Trial(replace(plan, unnamed=unnamed(plan, result, told), missing=missing), misses)
