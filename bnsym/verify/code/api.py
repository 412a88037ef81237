"""verify_backward, verify_forward, verify_targets: the calls that a person makes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bnsym.errors import UsageError
from bnsym.proof.outcome import Verdict
from bnsym.verify.code.against_layer import decide_forward
from bnsym.verify.code.deciding import decide_plan
from bnsym.verify.code.guess import guess, other_ranks
from bnsym.verify.code.limits import CannotCallError, OutOfTimeError, time_limit
from bnsym.verify.code.names import BACKWARD_METHODS, FORWARD_METHODS
from bnsym.verify.code.options import roles_of_values
from bnsym.verify.code.plan import Pair, Plan
from bnsym.verify.code.result import CodeVerdict, Verification
from bnsym.verify.code.roles import Array
from bnsym.verify.code.starting import Told
from bnsym.verify.code.targets import method_of, pairs


@dataclass(frozen=True)
class Request:
    """What is asked: what the user told of roles, sizes that get a number, the layer, seconds for a pair."""

    told: Told = field(default_factory=Told)
    sizes: Mapping[str, int] = field(default_factory=dict)
    layer: str = ""
    timeout: float = 0.0


def verify_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    /,
    *,
    layout: str = "",
    gradients: Mapping[str, str] | None = None,
    output: str = "",
    state: Mapping[str, Sequence[str]] | None = None,
    hands: Mapping[str, Any] | None = None,
    sizes: Mapping[str, int] | None = None,
    **roles: Any,
) -> Verification:
    """Whether a backward returns the derivative of its own forward, for every size: a verdict a gradient.

    `forward`, `backward`: functions, or methods of a class (`Norm.forward, Norm.backward`), or a class alone.
    Keywords name arguments of either, or of the class: a tuple of size names is an array (`x=("N", "D")`),
    "scalar" a positive number, "upstream" the gradient of the loss by the output, "size:G" a size, anything
    else is handed over as it is.  What is not said is guessed from names, and stated in `verdict.roles`.

    layout: "NCHW" and the like, for x.  gradients: {"x": "result[0]"}, where each is found.  output: where
    the forward's output is.  state: {"self.gamma": ("D",)}, arrays put into an instance.  hands: {"cache":
    "at:result[1]"}, what the backward gets.  sizes: {"N": 3}: the verdict holds for these alone and says so.

    The user's code is run, on symbols and on small arrays.  `.check()` raises MismatchError with each
    refutation; the result is true if every gradient is proved.
    """
    kept = {place: Array(tuple(map(str, shape))) for place, shape in state.items()} if state else None
    told = Told(roles_of_values(roles), layout, dict(gradients or {}), output, kept)
    told = replace(told, hands=roles_of_values(hands or {}))
    pair = _pair(forward, backward)
    if pair.backward is None:
        raise UsageError(f"verify_backward({pair.name}): no backward; give one, or call verify_forward")
    return verify_pair(pair, Request(told, dict(sizes or {})))


def verify_forward(
    forward: Callable[..., Any],
    layer: str = "",
    /,
    *,
    layout: str = "",
    output: str = "",
    sizes: Mapping[str, int] | None = None,
    **roles: Any,
) -> Verification:
    """Whether a forward computes a layer of the catalogue (batch_norm, layer_norm), for every size.

    Without a layer each is tried.  The keywords are those of verify_backward.
    """
    pair = replace(_pair(forward, None), backward=None)
    told = Told(roles_of_values(roles), layout, {}, output)
    return verify_pair(pair, Request(told, dict(sizes or {}), layer))


def verify_targets(
    targets: Iterable[str], request: Request, tell: Callable[[str], None] = lambda text: None
) -> Verification:
    """The pairs that `FILE.py:forward FILE.py:backward`, `FILE.py:Class`, `FILE.py`, ... name."""
    names = list(targets)
    with time_limit(request.timeout, f"importing {' '.join(names)}"):
        found = pairs(names)
    return Verification(tuple(v for pair in found for v in _one_of(found, pair, request, tell)))


def _one_of(
    found: Sequence[Pair], pair: Pair, request: Request, tell: Callable[[str], None]
) -> Iterable[CodeVerdict]:
    """The verdicts on one pair; one among several that cannot be called leaves the others theirs."""
    tell(pair.name)
    try:
        with time_limit(request.timeout, pair.name):
            return verify_pair(pair, request)
    except (CannotCallError, OutOfTimeError) as error:
        if len(found) == 1:
            raise
        said = str(error).removeprefix(pair.name).strip()
        return [CodeVerdict(pair.name, "all of it", "", Verdict.UNKNOWN, detail=said)]


def verify_pair(pair: Pair, request: Request) -> Verification:
    """Every gradient of one pair; of a forward alone, its output."""
    plan = guess(pair, request.told)
    if pair.backward is None:
        return Verification((decide_forward(plan, request.sizes, request.layer),))
    if not plan.gradients:
        raise CannotCallError(
            f"{pair.name}: no gradient was found in what the backward returns or sets; say where one is: "
            "--gradient x=result[0]"
        )
    plans = [plan, *other_ranks(pair, request.told, plan)]
    titled = [_titled(each, plans) for each in plans]
    return Verification(tuple(v for each in titled for v in _with_missing(each, request)))


def _with_missing(plan: Plan, request: Request) -> list[CodeVerdict]:
    """The verdicts; the first notes which gradients were not found, unless the user named some."""
    first, *rest = decided_in_some_order(plan, request)
    if plan.missing and not request.told.gradients:
        said = f"no gradient of {', '.join(plan.missing)} was found; say where: --gradient NAME=PLACE"
        first = replace(first, notes=(*first.notes, said))
    return [first, *rest]


def decided_in_some_order(plan: Plan, request: Request) -> list[CodeVerdict]:
    """Gradients that a backward returns without names may stand in another order than their arguments."""
    found = decide_plan(plan, request.sizes)
    wrong = [v.of for v in found if v.verdict is Verdict.REFUTED and v.of in plan.unnamed]
    if len(wrong) != 2:
        return found
    first, second = wrong
    swapped = {**plan.gradients, first: plan.gradients[second], second: plan.gradients[first]}
    again = decide_plan(replace(plan, gradients=swapped), request.sizes)
    proved = [v.verdict is Verdict.PROVED for v in again if v.of in wrong]
    if not all(proved):
        return found
    said = "it has no name where it is returned, and is right in this order alone: it is taken from"
    return [replace(v, notes=(*v.notes, f"{said} {v.place}")) if v.of in wrong else v for v in again]


def _titled(plan: Plan, plans: Sequence[Plan]) -> Plan:
    """With the input's shape in its name, where the code takes several."""
    if len(plans) == 1:
        return plan
    name, role = next(iter(plan.arguments.items()))
    title = f"{plan.pair.name}, {name}: {role}"
    return replace(plan, pair=replace(plan.pair, name=title))


def _pair(forward: Any, backward: Any) -> Pair:
    """Functions, methods with their class, or a class."""
    for part in (forward, backward):
        if part is not None and not callable(part):
            raise UsageError(f"{part!r} is not callable; give a function, a method or a class")
    name = getattr(backward or forward, "__qualname__", repr(forward))
    if isinstance(forward, type):
        methods = [method_of(forward, names) for names in (FORWARD_METHODS, BACKWARD_METHODS)]
        if not methods[0]:
            raise UsageError(
                f"{name} has no method called {', '.join(FORWARD_METHODS[:4])}, ...; give the methods"
            )
        return Pair(name, methods[0], methods[1] or None, forward)
    owner = _owner(forward)
    if owner is not None:
        return Pair(name, forward.__name__, backward.__name__ if backward else None, owner)
    return Pair(name, forward, backward)


def _owner(function: Any) -> type | None:
    """The class that a method was taken from."""
    path = getattr(function, "__qualname__", "").split(".")[:-1]
    found: Any = sys.modules.get(getattr(function, "__module__", ""))
    for part in path:
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None
