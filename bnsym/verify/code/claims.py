"""What each gradient must equal: the derivative of the sum of upstream times output, at a generic entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from bnsym.proof.claims import Claim
from bnsym.terms.nodes import Entry, Index, Number, Partial, Sum, Symbol, Term, mul, number
from bnsym.terms.walk import substitute
from bnsym.verify.code.roles import shape_text
from bnsym.verify.code.symbolic import Axes, Tensor, Traced


@dataclass(frozen=True)
class GradientClaim:
    """returned = right at generic indices `at`, one an axis factor of the input; `trouble` if shapes differ.

    `note` says of shapes that differ by axes of length 1 alone.
    """

    claim: Claim
    at: tuple[Index, ...]
    trouble: str = ""
    note: str = ""


def loss(output: Tensor, upstream: Tensor) -> Term:
    """The sum of upstream times output, over all entries."""
    handed = substitute(upstream.body, dict(zip(upstream.indices, output.indices, strict=True)))
    total = mul(handed, output.body)
    for index in reversed(output.indices):
        total = Sum(index, total)
    return total


def gradient_claim(traced: Traced, of: str) -> GradientClaim:
    """The claim for the gradient of one input."""
    given, returned = traced.inputs[of], traced.gradients[of]
    places = tuple(_fresh(given))
    entry = substitute(given.body, dict(zip(given.indices, places, strict=True)))
    right: Term = Partial(loss(traced.output, traced.upstream), entry)
    fits, note = _fit(given, returned)
    if not fits:
        return GradientClaim(Claim(number(0), "=", right, {}), places, trouble=note)
    left = substitute(returned.body, dict(zip(returned.indices, places, strict=True)))
    return GradientClaim(Claim(left, "=", right, {}), places, note=note)


def _fresh(given: Tensor) -> Iterator[Index]:
    """An index a factor, called as the size is: n over N."""
    taken: set[str] = set()
    for k, index in enumerate(given.indices):
        stem = getattr(index.high, "name", "").lower() or f"i{k}"
        name = next(
            f"{stem}{mark}"
            for mark in ("_", *(f"_{n}" for n in range(2, 99)))
            if f"{stem}{mark}" not in taken
        )
        taken.add(name)
        yield Index(name, index.low, index.high)


def _fit(given: Tensor, returned: Tensor) -> tuple[bool, str]:
    """Whether the axes are the same; what to say where they are not quite."""
    mine, theirs = _lengths(given.axes), _lengths(returned.axes)
    if mine == theirs:
        return True, ""
    said = f"has shape {shape_text(returned.shape)}, the input has {shape_text(given.shape)}"
    return [axis for axis in mine if axis] == [axis for axis in theirs if axis], said


def _lengths(axes: Axes) -> list[tuple[Term, ...]]:
    return [tuple(index.high for index in axis) for axis in axes]


def at_positions(wanted: GradientClaim) -> Iterator[GradientClaim]:
    """The claim at each position of the indices whose range is a number; nothing if there is none."""
    numbered = [index for index in wanted.at if isinstance(index.high, Number)]
    ranges = [range(1, int(index.high.value) + 1) for index in numbered if isinstance(index.high, Number)]
    if not numbered:
        return
    opened = wanted.claim.expanded()
    for chosen in product(*ranges):
        mapping: dict[Term, Term] = {i: number(k) for i, k in zip(numbered, chosen, strict=True)}
        left, right = (substitute(side, mapping) for side in (opened.left, opened.right))
        yield replace(wanted, claim=Claim(left, "=", right, {}))


def plain_indices(said: str) -> str:
    """A text with n in place of n_, the index of the gradient's place."""
    return re.sub(r"\b([A-Za-z]\w*?)_(?=[,\]=)\s])", r"\1", said)


def name_of(entry: Term) -> str:
    """The tensor's or the symbol's name."""
    return entry.tensor.name if isinstance(entry, Entry) else entry.name if isinstance(entry, Symbol) else ""
