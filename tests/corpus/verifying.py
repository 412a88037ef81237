"""Runs an entry of the corpus through bnsym: by what its row says, and by guessing alone."""

from __future__ import annotations

from typing import Any

from corpus.entry import Entry, Positive, Size, module

from bnsym import Verification, verify_backward, verify_forward
from bnsym.verify.code.api import Request, verify_pair
from bnsym.verify.code.plan import Pair


def by_row(entry: Entry) -> Verification:
    """With every role and place that the row gives."""
    roles = {name: _role(given) for name, given in {**entry.construct, **entry.arguments}.items()}
    if entry.against:
        return verify_forward(_function(entry, entry.forward), entry.against, **roles)
    given = (
        (_owner(entry),)
        if entry.owner
        else tuple(_function(entry, n) for n in (entry.forward, entry.backward))
    )
    return verify_backward(
        *given,
        gradients=entry.gradients,
        output=entry.output,
        state=entry.state,
        hands={
            name: "upstream" if place == "upstream" else f"at:{place}" for name, place in entry.hands.items()
        },
        **roles,
    )


def by_guessing(entry: Entry) -> Verification:
    """As `bnsym verify` does: from the functions alone."""
    names = [name.rpartition(".")[2] for name in (entry.forward, entry.backward)]
    if entry.owner:
        return verify_pair(Pair(entry.name, names[0], names[1], _owner(entry)), Request())
    functions = [_function(entry, name) if name else None for name in names]
    return verify_pair(Pair(entry.name, functions[0] or "", functions[1]), Request(layer=entry.against))


def verdicts(found: Verification, entry: Entry) -> dict[str, set[str]]:
    """The verdicts on each gradient: several, where the code takes inputs of several ranks."""
    result: dict[str, set[str]] = {}
    for verdict in found:
        of = "output" if entry.against else verdict.of
        result.setdefault(of, set()).add(str(verdict.verdict))
    return result


def _role(given: object) -> Any:
    match given:
        case Positive():
            return "scalar"
        case Size(size):
            return f"size:{size}"
        case (Size(), *_):
            return "shape:" + ",".join(size.name for size in given)
        case dict():
            return {key: _role(inner) for key, inner in given.items()}
    return given


def _function(entry: Entry, name: str) -> Any:
    return getattr(module(entry.file), name)


def _owner(entry: Entry) -> Any:
    return getattr(module(entry.file), entry.owner)
