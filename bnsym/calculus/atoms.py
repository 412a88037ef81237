"""The atoms of the normal form: what a polynomial's monomials are made of.

An atom is interned by its key, a text that says all that it is; two atoms are equal exactly when they are
one object, and every order is the order of keys, so nothing depends on hash seeds.

Capture cannot happen by construction: a bound variable's canonical name carries the height of its binder,
an outer binder stands strictly higher than all binders inside it, and a binder that is opened gets a
fresh name.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

Coefficient = int | Fraction
Monomial = tuple[tuple["Atom", int], ...]
Polynomial = dict[Monomial, Coefficient]


class Variable:
    """An integer variable that runs over 1..high; free (a user's index) or bound."""

    __slots__ = ("free", "height", "high", "key", "name")

    def __init__(self, name: str, high: Polynomial, key: str) -> None:
        self.name = name
        self.high = high
        self.key = key
        self.free = frozenset({self}) | free_of(high)
        self.height = max((atom.height for monomial in high for atom, _ in monomial), default=0)

    def __repr__(self) -> str:
        return self.key


_VARIABLES: dict[str, Variable] = {}


def variable(name: str, high: Polynomial) -> Variable:
    """The variable of that name over 1..high."""
    key = f"{name}:<{key_of(high)}>"
    found = _VARIABLES.get(key)
    if found is None:
        found = _VARIABLES[key] = Variable(name, high, key)
    return found


class Kind:
    """The kinds of atoms."""

    SYMBOL: Final = "symbol"  # payload: (name, sign)
    SIZE: Final = "size"  # payload: (name, least)
    ENTRY: Final = "entry"  # payload: (tensor name, positions, sign)
    POSITION: Final = "position"  # payload: variable, used as a number
    DELTA: Final = "delta"  # payload: a position that is compared with 0
    POWER: Final = "power"  # payload: (base polynomial, variable or size)
    SUM: Final = "sum"  # payload: (binders, body monomial)
    OPAQUE: Final = "opaque"  # payload: (binder, body polynomial): a sum that may not be taken apart
    RADICAL: Final = "radical"  # payload: Radical: the formal square root of a polynomial


# The order in which atoms are tried as the pivot of a radical (see calculus.radicals).
RANK: Final = {
    Kind.SYMBOL: 0,
    Kind.ENTRY: 1,
    Kind.SUM: 2,
    Kind.OPAQUE: 3,
    Kind.SIZE: 4,
    Kind.POSITION: 5,
    Kind.POWER: 6,
    Kind.DELTA: 7,
    Kind.RADICAL: 8,
}


class Atom:
    """One interned atom.

    `free` are its free variables; `height` the greatest height of a binder in it; `positive` whether it is
    known to be > 0; `active` whether a product that holds it must be reduced; `pivots` the pivots of
    radicals inside it with which an outside factor must be merged.
    """

    __slots__ = ("active", "free", "height", "key", "kind", "payload", "pivots", "positive", "simple")

    def __init__(
        self,
        kind: str,
        key: str,
        payload: Any,
        free: frozenset[Variable],
        height: int,
        positive: bool,
        pivots: frozenset[Atom],
    ) -> None:
        self.kind = kind
        self.key = key
        self.payload = payload
        self.free = free
        self.height = height
        self.positive = positive
        self.pivots = pivots
        self.active = kind in (Kind.RADICAL, Kind.DELTA) or bool(pivots)
        self.simple = kind in (Kind.SYMBOL, Kind.SIZE, Kind.ENTRY, Kind.POSITION, Kind.POWER)

    def __repr__(self) -> str:
        return self.key


_ATOMS: dict[str, Atom] = {}
_NONE: frozenset[Any] = frozenset()


def atom(
    kind: str,
    key: str,
    payload: Any,
    free: frozenset[Variable] = _NONE,
    height: int = 0,
    positive: bool = False,
    pivots: frozenset[Atom] = _NONE,
) -> Atom:
    """The atom with that key."""
    found = _ATOMS.get(key)
    if found is None:
        found = _ATOMS[key] = Atom(kind, key, payload, free, height, positive, pivots)
    return found


Base = Variable | Atom  # an atom only of kind SIZE


class Position:
    """An affine integer form over variables and sizes: where an entry stands, or an exponent."""

    __slots__ = ("constant", "free", "key", "parts")

    def __init__(self, parts: tuple[tuple[Base, int], ...], constant: int) -> None:
        self.parts = parts
        self.constant = constant
        text = "+".join(base.key if factor == 1 else f"{factor}*{base.key}" for base, factor in parts)
        self.key = f"{text}{constant:+d}" if constant or not parts else text
        self.free: frozenset[Variable] = frozenset().union(*(base.free for base, _ in parts))

    def single(self) -> Variable | None:
        """The variable that this position is, if it is nothing but one."""
        if self.constant == 0 and len(self.parts) == 1 and self.parts[0][1] == 1:
            base = self.parts[0][0]
            return base if isinstance(base, Variable) else None
        return None


@lru_cache(maxsize=100_000)
def _position(parts: tuple[tuple[Base, int], ...], constant: int) -> Position:
    return Position(parts, constant)


def position(parts: dict[Base, int], constant: int) -> Position:
    """The interned position for a linear form."""
    kept = sorted(((base, factor) for base, factor in parts.items() if factor), key=lambda pair: pair[0].key)
    return _position(tuple(kept), constant)


def at(base: Base) -> Position:
    """The position that is one variable or size."""
    return position({base: 1}, 0)


def combine(left: Position, right: Position, factor: int = 1) -> Position:
    """left + factor * right."""
    parts = dict(left.parts)
    for base, count in right.parts:
        parts[base] = parts.get(base, 0) + factor * count
    return position(parts, left.constant + factor * right.constant)


def move(where: Position, mapping: dict[Variable, Position]) -> Position:
    """The position with variables replaced by positions."""
    if not any(base in mapping for base, _ in where.parts):
        return where
    result = position({base: k for base, k in where.parts if base not in mapping}, where.constant)
    for base, factor in where.parts:
        if base in mapping:
            result = combine(result, mapping[base], factor)
    return result


def free_of(polynomial: Polynomial) -> frozenset[Variable]:
    """The free variables of a polynomial."""
    return frozenset().union(*(a.free for monomial in polynomial for a, _ in monomial))


def monomial_key(monomial: Monomial) -> str:
    """The text of a monomial."""
    return "*".join(a.key if exponent == 1 else f"{a.key}^{exponent}" for a, exponent in monomial) or "1"


def key_of(polynomial: Polynomial) -> str:
    """The text of a polynomial: its terms in the order of their keys."""
    rows = sorted((monomial_key(monomial), coefficient) for monomial, coefficient in polynomial.items())
    return " + ".join(key if factor == 1 else f"{factor}*{key}" for key, factor in rows) or "0"


def symbol_atom(name: str, sign: str) -> Atom:
    """A scalar."""
    key = f"${name}" if sign == "real" else f"${name}.{sign}"
    return atom(Kind.SYMBOL, key, (name, sign), positive=sign == "positive")


def size_atom(name: str, least: int) -> Atom:
    """A size used as a number."""
    return atom(Kind.SIZE, name if least == 1 else f"{name}>={least}", (name, least), positive=True)


def entry_atom(tensor: str, where: tuple[Position, ...], sign: str) -> Atom:
    """An entry of a tensor."""
    key = f"{tensor}[{','.join(p.key for p in where)}]" + ("" if sign == "real" else f".{sign}")
    free = frozenset().union(*(p.free for p in where))
    return atom(Kind.ENTRY, key, (tensor, where, sign), free, positive=sign in ("positive", "count"))


def position_atom(base: Variable) -> Atom:
    """A variable used as a number; positive because every range starts at 1."""
    return atom(Kind.POSITION, f"@{base.key}", base, base.free, positive=True)


def delta_atom(difference: Position) -> Atom:
    """1 where the position is 0, else 0."""
    return atom(Kind.DELTA, f"delta({difference.key})", difference, difference.free)


def power_atom(base: Polynomial, exponent: Base) -> Atom:
    """base ** exponent for a variable or size as exponent; the base is not 0."""
    height = max((a.height for monomial in base for a, _ in monomial), default=0)
    positive = all(factor > 0 and all(a.positive for a, _ in row) for row, factor in base.items())
    free = free_of(base) | exponent.free
    return atom(Kind.POWER, f"({key_of(base)})**{exponent.key}", (base, exponent), free, height, positive)
