"""Candidates for the shapes of the input and of the parameters, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bnsym.errors import UsageError
from bnsym.verify.code.source import Hints

RANKS = (2, 4, 3, 1)
SHAPES: dict[int, tuple[str, ...]] = {
    1: ("D",),
    2: ("N", "D"),
    3: ("N", "T", "D"),
    4: ("N", "C", "H", "W"),
    5: ("N", "C", "D", "H", "W"),
}
CHANNEL_LETTERS = "CDF"


@dataclass(frozen=True)
class Layout:
    """Shapes of the input and of a parameter, and the size that the channels have."""

    input: tuple[str, ...]
    parameter: tuple[str, ...]
    channel: str


def from_letters(letters: str) -> tuple[str, ...]:
    """`NCHW` as a shape; names of several letters are set apart by commas: `N,C_in,L`."""
    names = tuple(letters.replace(" ", "").strip("(),").split(",") if "," in letters else letters)
    if not names or not all(name.isidentifier() for name in names) or len(set(names)) < len(names):
        raise UsageError(
            f"--layout {letters}: give one letter an axis, all different: NC, NCHW, NHWC, NF, CN"
        )
    return names


def candidates(found: Hints, letters: str = "") -> Iterator[Layout]:
    """All layouts of the ranks that the source speaks of, then of the others."""
    if letters:
        shape = from_letters(letters)
        axis = next((shape.index(letter) for letter in CHANNEL_LETTERS if letter in shape), len(shape) - 1)
        yield from _with_parameters(shape, axis)
        return
    for rank in sorted((*RANKS, *(r for r in found.ranks if r == 5)), key=lambda rank: -found.ranks[rank]):
        shape = _shape(rank, found)
        for axis in _channel_axes(shape, found):
            yield from _with_parameters(_named_by_channel(shape, axis, rank), axis)


def _shape(rank: int, found: Hints) -> tuple[str, ...]:
    """As the source names the sizes, in capitals if that keeps them apart."""
    named = found.unpacked.get(rank, ())
    capitals = tuple(name.upper() if len(name) == 1 else name for name in named)
    names = capitals if len(set(capitals)) == len(named) else named
    return names or SHAPES[rank]


def _channel_axes(shape: Sequence[str], found: Hints) -> Iterator[int]:
    rank = len(shape)
    if rank <= 2:
        yield from range(rank - 1, -1, -1)
        return
    usual = {3: 2, 4: 1, 5: 1}[rank]
    named = [k for k, name in enumerate(shape) if name in ("C", "D", "c") and rank == 4]
    voted = [axis for axis, _ in found.channel_axes.most_common() if 0 < axis < rank]
    yield from dict.fromkeys((*voted, *named, usual, *((1, rank - 1) if rank > 2 else ())))


def _named_by_channel(shape: tuple[str, ...], axis: int, rank: int) -> tuple[str, ...]:
    """The usual names, C on the channels' axis: NHWC for axis 3, (D, N) for axis 0."""
    if shape != SHAPES[rank]:
        return shape
    if rank == 4 and axis == 3:
        return ("N", "H", "W", "C")
    if rank == 3 and axis == 1:
        return ("N", "C", "L")
    return ("D", "N") if rank == 2 and axis == 0 else shape


def _with_parameters(shape: tuple[str, ...], axis: int) -> Iterator[Layout]:
    channel = shape[axis]
    wide = tuple(name if k == axis else "1" for k, name in enumerate(shape))
    shapes = [(channel,), wide]
    if axis == 0 and len(shape) > 1:
        shapes = [wide]
    if len(shape) > 2:
        shapes += [wide[1:], shape[1:], ("*".join(shape[1:]),)]
    if axis == len(shape) - 1 or len(shape) > 2:
        shapes.append(())
    for parameter in dict.fromkeys(shapes):
        yield Layout(shape, parameter, channel)
