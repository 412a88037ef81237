"""Counterexamples: the smallest sizes and the simplest exact values at which a claim fails.

Values are tried from a fixed sequence, sizes from the smallest up; what fails is then made simpler value
by value.  Roots: where a radicand is no perfect square, a positive scalar in it is moved until it is; if
that cannot be, the two sides' rigorous enclosures must be apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isqrt
from random import Random
from typing import Any

from bnsym.errors import UndefinedValueError
from bnsym.proof.claims import Claim, Need, needs_of, used_terms
from bnsym.terms.enclosure import Enclosure, Exact, ExactArithmetic, enclose
from bnsym.terms.evaluate import EvaluationLimitError, Evaluator, Instance
from bnsym.terms.nodes import Entry, Index, Sign, Size, Symbol, Tensor, Term
from bnsym.terms.walk import free_indices, subterms

SIZE_SPAN = 3  # each size is tried from its least to this much above it, less one
TRIES_PER_SIZES = 6
EVALUATION_LIMIT = 260
VALUE_LIMIT = 500_000  # values of subterms, in all instances of one claim; a few seconds
SIMPLER = (*(Fraction(v) for v in (0, 1, -1, 2, -2, 3, -3)), Fraction(1, 2), Fraction(4), Fraction(5))
DRAWN = (*(Fraction(v) for v in (0, 1, 2, -1, 3, -2, 4)), Fraction(1, 2), Fraction(-1, 3))
_LEGAL: dict[Sign, Callable[[Fraction], bool]] = {
    Sign.REAL: lambda v: True,
    Sign.NONZERO: lambda v: v != 0,
    Sign.NONNEGATIVE: lambda v: v >= 0,
    Sign.POSITIVE: lambda v: v > 0,
    Sign.COUNT: lambda v: v >= 1 and v.denominator == 1,
}


@dataclass(frozen=True)
class Witness:
    """A claim's failure: sizes, positions, scalars and entries, and both sides' values there."""

    sizes: dict[str, int]
    positions: dict[str, int]
    scalars: dict[str, Fraction]
    entries: dict[tuple[str, tuple[int, ...]], Fraction]
    left: Enclosure
    right: Enclosure

    def __str__(self) -> str:
        """`m=2, x=(0, 2), eps=3: left = 1/2, right = 1`."""
        parts = [f"{name}={value}" for name, value in (*self.sizes.items(), *self.positions.items())]
        parts += [f"{name}={value}" for name, value in self.scalars.items()]
        parts += [f"{name}{self._array(name)}" for name in dict.fromkeys(name for name, _ in self.entries)]
        return f"{', '.join(parts) or 'always'}: left = {self.left}, right = {self.right}"

    def _array(self, name: str) -> str:
        rows = sorted((at, value) for (tensor, at), value in self.entries.items() if tensor == name)
        places = [at for at, _ in rows]
        if not _is_full(places):
            return f", {name}".join(f"[{', '.join(map(str, at))}]={value}" for at, value in rows)
        return "=" + _nested(places, [str(value) for _, value in rows])


def _is_full(places: list[tuple[int, ...]]) -> bool:
    """True when each axis, at each place before it, is counted from 1 without a gap."""
    groups: dict[int, list[tuple[int, ...]]] = {}
    for place in places:
        if place:
            groups.setdefault(place[0], []).append(place[1:])
    return list(groups) == list(range(1, len(groups) + 1)) and all(map(_is_full, groups.values()))


def _nested(places: list[tuple[int, ...]], values: list[str]) -> str:
    if not places[0]:
        return values[0]
    groups: dict[int, list[int]] = {}
    for k, place in enumerate(places):
        groups.setdefault(place[0], []).append(k)
    inner = [_nested([places[k][1:] for k in rows], [values[k] for k in rows]) for rows in groups.values()]
    return f"({', '.join(inner)})"


class _Arithmetic(ExactArithmetic):
    """Exact arithmetic that remembers the radicands whose roots are irrational."""

    def __init__(self) -> None:
        self.irrational: list[Fraction] = []

    def sqrt(self, value: Exact) -> Exact:
        root = super().sqrt(value)
        if isinstance(value, Fraction) and not isinstance(root, Fraction):
            self.irrational.append(value)
        return root


@dataclass
class _Candidate:
    """Values for everything free in a claim; entries are filled in when they are first asked for."""

    sizes: dict[str, int]
    positions: dict[Term, int]
    scalars: dict[str, Fraction]
    entries: dict[tuple[str, tuple[int, ...]], Fraction]


@dataclass(frozen=True)
class _Trial:
    left: Enclosure
    right: Enclosure
    irrational: tuple[Fraction, ...]


class Search:
    """Instances of one claim, each evaluated exactly under the claim's needs."""

    def __init__(self, claim: Claim, needs: tuple[Need, ...] | None = None) -> None:
        self.claim = claim
        self.needs = needs_of(claim) if needs is None else needs
        self.sizes: dict[str, int] = {}
        self.scalars: dict[str, Sign] = {}
        self.tensors: dict[str, Tensor] = {}
        self.evaluations = 0
        self.left: float = VALUE_LIMIT
        for term in used_terms(claim):
            for node in subterms(term):
                self._note(node)
        loose = free_indices(claim.left) | free_indices(claim.right)
        self.free = sorted(loose, key=lambda index: index.name)

    def _note(self, node: Term) -> None:
        match node:
            case Size(name, least):
                self.sizes[name] = least
            case Symbol(name, sign):
                self.scalars[name] = sign
            case Index(_, low, high):
                for part in (*subterms(low), *subterms(high)):
                    self._note(part)
            case Entry(tensor, _) if tensor.name not in self.claim.definitions:
                self.tensors[tensor.name] = tensor
                for axis in tensor.shape:
                    if axis is not None:
                        for part in subterms(axis):
                            self._note(part)

    # -- evaluation -----------------------------------------------------------------------------------

    def trial(self, candidate: _Candidate, random: Random | None = None) -> _Trial | None:
        """Both sides at the candidate; None where a need fails or a side has no value."""
        self.evaluations += 1
        arithmetic = _Arithmetic()
        evaluator = Evaluator(self._instance(candidate, random), arithmetic, self.left)
        try:
            if not all(self._holds(need, evaluator, candidate) for need in self.needs):
                return None
            left = evaluator.value(self.claim.left, candidate.positions)
            right = evaluator.value(self.claim.right, candidate.positions)
        except (UndefinedValueError, EvaluationLimitError):
            return None
        finally:
            self.left = evaluator.limit
        return _Trial(enclose(left), enclose(right), tuple(dict.fromkeys(arithmetic.irrational)))

    def read_entries(self, candidate: _Candidate) -> set[tuple[str, tuple[int, ...]]]:
        """The entries that the two sides and the needs read."""
        values = dict(candidate.entries)
        read: set[tuple[str, tuple[int, ...]]] = set()

        def missing(entry: Entry, at: tuple[int, ...]) -> Fraction:
            read.add((entry.tensor.name, at))
            return values.get((entry.tensor.name, at), _first(entry.tensor.sign))

        instance = Instance(candidate.sizes, dict(candidate.scalars), {}, self.claim.definitions, missing)
        evaluator = Evaluator(instance, _Arithmetic())
        all(self._holds(need, evaluator, candidate) for need in self.needs)
        for side in (self.claim.left, self.claim.right):
            evaluator.value(side, candidate.positions)
        return read

    def _instance(self, candidate: _Candidate, random: Random | None) -> Instance:
        def missing(entry: Entry, at: tuple[int, ...]) -> Fraction:
            value = _drawn(random, entry.tensor.sign) if random else _first(entry.tensor.sign)
            candidate.entries[(entry.tensor.name, at)] = value
            return value

        scalars, entries = dict(candidate.scalars), dict(candidate.entries)
        return Instance(candidate.sizes, scalars, entries, self.claim.definitions, missing)

    def _holds(self, need: Need, evaluator: Evaluator, candidate: _Candidate) -> bool:
        inner = free_indices(need.term) - set(candidate.positions)
        ordered = sorted(inner, key=lambda index: (len(free_indices(index)), index.name))
        return all(
            _NEEDS[need.condition](enclose(evaluator.value(need.term, places)))
            for places in _assignments(ordered, evaluator, candidate.positions)
        )

    # -- candidates -----------------------------------------------------------------------------------

    def candidates(self) -> Iterator[tuple[_Candidate, Random]]:
        """Candidates from the smallest sizes up, until a limit is met."""
        rows = self._size_values()
        for values in rows:
            sizes = dict(zip(self.sizes, values, strict=True))
            for attempt in range(max(TRIES_PER_SIZES, 30 // len(rows))):
                random = Random(f"{sorted(sizes.items())}{attempt}")
                for positions in self._positions(sizes, random):
                    if self.evaluations >= EVALUATION_LIMIT or self.left < 0:
                        return
                    scalars = {name: _drawn(random, sign) for name, sign in self.scalars.items()}
                    yield _Candidate(sizes, positions, scalars, {}), random

    def _size_values(self) -> list[tuple[int, ...]]:
        ranges = [range(least, least + SIZE_SPAN) for least in self.sizes.values()]
        return sorted(product(*ranges), key=lambda values: (sum(values), values))

    def _positions(self, sizes: dict[str, int], random: Random) -> Iterator[dict[Term, int]]:
        evaluator = Evaluator(Instance(sizes, {}, {}), ExactArithmetic())
        ranges = [evaluator.positions(index, {}) for index in self.free]
        places = list(product(*(_ends(places) for places in ranges)))
        for at in random.sample(places, min(2, len(places))):
            yield dict(zip(self.free, at, strict=True))


def _assignments(
    indices: list[Index], evaluator: Evaluator, places: dict[Term, int]
) -> Iterator[dict[Term, int]]:
    """Every choice of positions; a range may hold the indices before it."""
    if not indices:
        yield places
        return
    for position in evaluator.positions(indices[0], places):
        yield from _assignments(indices[1:], evaluator, {**places, indices[0]: position})


def _ends(places: range) -> list[int]:
    return list(places) if len(places) < 3 else [places[0], places[1], places[-1]]


_NEEDS: dict[str, Callable[[Enclosure], bool]] = {
    "> 0": lambda value: value.low > 0,
    ">= 0": lambda value: value.low >= 0,
    "!= 0": lambda value: value.low > 0 or value.high < 0,
}

_FAILS: dict[str, Callable[[Enclosure, Enclosure], bool]] = {
    "=": lambda left, right: left.differs(right),
    "<": lambda left, right: left.low >= right.high,
    "<=": lambda left, right: left.low > right.high,
    ">": lambda left, right: left.high <= right.low,
    ">=": lambda left, right: left.high < right.low,
}


def _drawn(random: Random, sign: Sign) -> Fraction:
    return random.choice([value for value in DRAWN if _LEGAL[sign](value)])


def _first(sign: Sign) -> Fraction:
    return next(value for value in SIMPLER if _LEGAL[sign](value))


def find_witness(claim: Claim) -> tuple[Witness | None, str]:
    """A counterexample made as simple as can be, or None; and what was tried."""
    search = Search(claim)
    defined = 0
    for candidate, random in search.candidates():
        trial = search.trial(candidate, random)
        defined += trial is not None
        if trial is not None and _FAILS[claim.relation](trial.left, trial.right):
            return _simplified(search, candidate), ""
    if not defined:
        return None, f"at none of {search.evaluations} exact instances have both sides a value"
    stopped = f", up to the limit of {VALUE_LIMIT:,} values" if search.left < 0 else ""
    return None, f"it held at {defined} exact instances ({search.evaluations} were tried{stopped})"


def agreeing_instance(claim: Claim) -> Witness | None:
    """An instance at which the needs hold and the claim does; raises nothing, None if none was found."""
    search = Search(claim)
    for candidate, random in search.candidates():
        if sum(candidate.sizes.values()) < 2 * len(candidate.sizes) and search.evaluations < 8:
            continue
        trial = search.trial(candidate, random)
        if trial is not None:
            return _witness(search, candidate, trial)
    return None


def contradicts(claim: Claim, instance: Witness) -> bool:
    """True when the instance refutes the claim."""
    return _FAILS[claim.relation](instance.left, instance.right)


def _witness(search: Search, candidate: _Candidate, trial: _Trial) -> Witness:
    """The candidate as a witness, with only the entries that the two sides read."""
    kept = search.read_entries(candidate)
    entries = {key: value for key, value in candidate.entries.items() if key in kept}
    positions = {index.name: at for index, at in candidate.positions.items() if isinstance(index, Index)}
    return Witness(candidate.sizes, positions, candidate.scalars, entries, trial.left, trial.right)


def _simplified(search: Search, candidate: _Candidate) -> Witness:
    """The failing candidate with each value as simple as it may be, and roots rational if they can be."""
    best, trial = _rational(search, candidate)
    limit = search.evaluations + EVALUATION_LIMIT
    changed = True
    while changed:
        changed = False
        for store, key, sign in _slots(search, best):
            for value in SIMPLER[: _rank(store(best)[key])]:
                attempt = _copy(best)
                store(attempt)[key] = value
                found = _fails(search, attempt) if _LEGAL[sign](value) else None
                if found is not None and _cost(*found) < _cost(best, trial):
                    best, trial = found
                    changed = search.evaluations < limit and search.left >= 0
                    break
    return _witness(search, best, trial)


def _cost(candidate: _Candidate, trial: _Trial) -> tuple[int, int]:
    """Irrational roots first, then how far the values are from simple."""
    values = (*candidate.scalars.values(), *candidate.entries.values())
    return len(trial.irrational), sum(_rank(value) + value.denominator.bit_length() for value in values)


def _fails(search: Search, candidate: _Candidate) -> tuple[_Candidate, _Trial] | None:
    trial = search.trial(candidate)
    if trial is None or not _FAILS[search.claim.relation](trial.left, trial.right):
        return None
    return _rational(search, candidate) if trial.irrational else (candidate, trial)


def _rational(search: Search, candidate: _Candidate) -> tuple[_Candidate, _Trial]:
    """Move a scalar so that the radicands become perfect squares, if the claim still fails there."""
    trial = search.trial(candidate)
    if trial is None:
        raise UndefinedValueError("a counterexample lost its value; this is a bug of bnsym")
    for name, radicand, root in _moves(search, trial):
        attempt = _copy(candidate)
        attempt.scalars[name] += root * root - radicand
        if not _LEGAL[search.scalars[name]](attempt.scalars[name]):
            continue
        other = search.trial(attempt)
        if other and not other.irrational and _FAILS[search.claim.relation](other.left, other.right):
            return attempt, other
    return candidate, trial


def _moves(search: Search, trial: _Trial) -> Iterator[tuple[str, Fraction, Fraction]]:
    names = [name for name, sign in search.scalars.items() if sign is Sign.POSITIVE]
    for radicand in dict.fromkeys(trial.irrational):
        start = isqrt(int(radicand)) + 1
        for name, root in product(names, range(start, start + 3)):
            yield name, radicand, Fraction(root)


def _rank(value: Fraction) -> int:
    return SIMPLER.index(value) if value in SIMPLER else len(SIMPLER)


def _copy(candidate: _Candidate) -> _Candidate:
    return _Candidate(candidate.sizes, candidate.positions, dict(candidate.scalars), dict(candidate.entries))


def _scalars(candidate: _Candidate) -> dict[Any, Fraction]:
    return candidate.scalars


def _entries(candidate: _Candidate) -> dict[Any, Fraction]:
    return candidate.entries


def _slots(search: Search, candidate: _Candidate) -> list[tuple[Any, Any, Sign]]:
    slots: list[tuple[Any, Any, Sign]] = [
        (_entries, key, search.tensors[key[0]].sign) for key in sorted(candidate.entries)
    ]
    return slots + [(_scalars, name, search.scalars[name]) for name in sorted(candidate.scalars)]
