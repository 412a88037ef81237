"""A claim in the tests' own evaluator: where it differs, and whether a witness says the truth."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from exact_oracle import NoValueError, World, close, value

from bnsym.proof.claims import Claim
from bnsym.proof.witness import Witness
from bnsym.terms.nodes import Index, Size
from bnsym.terms.walk import free_indices, subterms


def free_in(claim: Claim) -> tuple[Index, ...]:
    return tuple(sorted(free_indices(claim.left) | free_indices(claim.right), key=lambda index: index.name))


def sizes_in(claim: Claim) -> tuple[Size, ...]:
    terms = [claim.left, claim.right, *(d.body for d in claim.definitions.values())]
    terms += [index.high for index in free_in(claim)]
    found = {node for term in terms for node in subterms(term) if isinstance(node, Size)}
    return tuple(sorted(found, key=lambda size: size.name))


def worlds_of(claim: Claim, sizes: int = 3) -> Iterator[tuple[World, dict[Index, int]]]:
    """Small worlds with every choice of sizes, each with two sets of values and positions."""
    names = [size.name for size in sizes_in(claim)]
    for lengths in product(range(1, sizes + 1), repeat=len(names)):
        for seed in range(2):
            world = World(dict(zip(names, lengths, strict=True)), seed, dict(claim.definitions))
            try:
                spans = {index: int(value(index.high, world, {})) for index in free_in(claim)}
            except KeyError:  # pragma: no cover - a ragged free index has no range of its own
                continue
            yield world, {index: 1 + (seed + k) % span for k, (index, span) in enumerate(spans.items())}


def difference(claim: Claim, world: World, places: dict[Index, int]) -> tuple[Fraction, Fraction] | None:
    """Both sides where they differ; None where they are equal or have no value."""
    try:
        left, right = value(claim.left, world, places), value(claim.right, world, places)
    except NoValueError:
        return None
    return None if close(left, right) else (left, right)


def check_witness(claim: Claim, witness: Witness, name: str) -> None:
    """The witness gives two different values, and they are the ones that it prints."""
    world = World(
        dict(witness.sizes), 0, dict(claim.definitions), dict(witness.scalars), dict(witness.entries)
    )
    places = {index: witness.positions[index.name] for index in free_in(claim)}
    known = (len(world.scalars), len(world.entries))
    left, right = value(claim.left, world, places), value(claim.right, world, places)
    if (len(world.scalars), len(world.entries)) != known:
        raise AssertionError(f"{name}: the witness leaves values out: {witness}")
    if close(left, right):
        raise AssertionError(f"{name}: {witness} does not refute")
    for mine, theirs in ((left, witness.left), (right, witness.right)):
        if not theirs.low - Fraction(1, 2**80) <= mine <= theirs.high + Fraction(1, 2**80):
            raise AssertionError(f"{name}: {witness} has other values than are found")
