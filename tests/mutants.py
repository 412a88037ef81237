"""Automatic faults in claims: every fault of a table at every place of a side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from rewritings import Path, at_path, kids, replaced

from bnsym.terms.nodes import Add, Entry, Index, Mul, Number, Partial, Power, Size, Sum, Symbol, Term, number


@dataclass(frozen=True)
class Fault:
    name: str
    apply: Callable[[Term, Surroundings], Term | None]


@dataclass(frozen=True)
class Surroundings:
    """The indices and sizes that are around a place."""

    indices: tuple[Index, ...]
    sizes: tuple[Size, ...]


def _dropped(kind: type[Term]) -> Callable[[Term, Surroundings], Term | None]:
    def drop(term: Term, around: Surroundings) -> Term | None:
        parts = kids(term)
        return kind(parts[1:]) if isinstance(term, kind) and len(parts) > 1 else None  # type: ignore[call-arg]

    return drop


def _dropped_last(kind: type[Term]) -> Callable[[Term, Surroundings], Term | None]:
    def drop(term: Term, around: Surroundings) -> Term | None:
        parts = kids(term)
        return kind(parts[:-1]) if isinstance(term, kind) and len(parts) > 1 else None  # type: ignore[call-arg]

    return drop


def _less_one(term: Term, around: Surroundings) -> Term | None:
    return Add((term, number(-1))) if isinstance(term, Size) else None


def _other_size(term: Term, around: Surroundings) -> Term | None:
    others = [size for size in around.sizes if size is not term]
    return others[0] if isinstance(term, Size) and others else None


def _eps_dropped(term: Term, around: Surroundings) -> Term | None:
    return number(0) if isinstance(term, Symbol) and term.name == "epsilon" else None


def _other_symbol(term: Term, around: Surroundings) -> Term | None:
    return number(1) if isinstance(term, Symbol) else None


def _other_index(term: Term, around: Surroundings) -> Term | None:
    """An entry at another index over the same range."""
    if not isinstance(term, Entry):
        return None
    for k, index in enumerate(term.indices):
        for other in around.indices:
            if other is not index and isinstance(index, Index) and other.high is index.high:
                return Entry(term.tensor, (*term.indices[:k], other, *term.indices[k + 1 :]))
    return None


def _transposed(term: Term, around: Surroundings) -> Term | None:
    if isinstance(term, Entry) and len(term.indices) == 2 and term.tensor.shape[0] is term.tensor.shape[1]:
        return Entry(term.tensor, (term.indices[1], term.indices[0]))
    return None


def _exponent(change: Callable[[Fraction], Fraction]) -> Callable[[Term, Surroundings], Term | None]:
    def apply(term: Term, around: Surroundings) -> Term | None:
        match term:
            case Power(base, Number(value)) if change(value) != 0:
                return Power(base, number(change(value)))
        return None

    return apply


def _mean(term: Term, around: Surroundings) -> Term | None:
    return Mul((term, Power(term.index.high, number(-1)))) if isinstance(term, Sum) else None


def _summed(term: Term, around: Surroundings) -> Term | None:
    """sum(f) -> f at a free index of that range."""
    if not isinstance(term, Sum):
        return None
    same = [other for other in around.indices if other.high is term.index.high]
    return Sum(term.index, Mul((term.body, term.body))) if not same else Mul((term.index.high, term))


FAULTS = (
    Fault("doubled", lambda term, around: Mul((number(2), term))),
    Fault("negated", lambda term, around: Mul((number(-1), term))),
    Fault("plus one", lambda term, around: Add((term, number(1)))),
    Fault("first term dropped", _dropped(Add)),
    Fault("last term dropped", _dropped_last(Add)),
    Fault("first factor dropped", _dropped(Mul)),
    Fault("last factor dropped", _dropped_last(Mul)),
    Fault("m - 1 for m", _less_one),
    Fault("n for m", _other_size),
    Fault("epsilon dropped", _eps_dropped),
    Fault("scalar set to one", _other_symbol),
    Fault("another index", _other_index),
    Fault("transposed", _transposed),
    Fault("exponent + 1", _exponent(lambda value: value + 1)),
    Fault("exponent halved", _exponent(lambda value: value / 2 if value.denominator == 1 else value * 2)),
    Fault("mean for sum", _mean),
    Fault("sum for mean, or squared", _summed),
)


@dataclass(frozen=True)
class Mutant:
    name: str
    term: Term


def mutants(term: Term, free: tuple[Index, ...], sizes: tuple[Size, ...]) -> Iterator[Mutant]:
    """Each fault at each place where it can be, the places outermost first."""
    for path, indices in places(term, free):
        here = at_path(term, path)
        for fault in FAULTS:
            changed = fault.apply(here, Surroundings(indices, sizes))
            if changed is not None:
                yield Mutant(
                    f"{fault.name} at {'.'.join(map(str, path)) or 'top'}", replaced(term, path, changed)
                )


def places(term: Term, indices: tuple[Index, ...]) -> Iterator[tuple[Path, tuple[Index, ...]]]:
    """The places of numbers in a term, with the indices in scope there."""
    yield (), indices
    if isinstance(term, Partial | Entry):
        return
    inner = (*indices, term.index) if isinstance(term, Sum) else indices
    parts = kids(term)[:1] if isinstance(term, Power) else kids(term)
    for k, part in enumerate(parts):
        for path, scope in places(part, inner):
            yield (k, *path), scope
