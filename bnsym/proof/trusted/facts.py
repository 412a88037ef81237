"""What is known of signs and integers: needs are met from it, and inequalities proved."""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce as fold
from math import prod

from bnsym.proof.trusted.field import Field
from bnsym.proof.trusted.formula import ONE, Budget, Formula, Refused, make, minus, number, replace

Sign = Set[int]  # those of -1, 0, 1 that a value may have as its sign
ANY: Sign = {-1, 0, 1}
MEANING: Mapping[str, Sign] = {"> 0": {1}, ">= 0": {0, 1}, "!= 0": {-1, 1}}
DECLARED = {"real": ANY, "nonzero": {-1, 1}, "nonnegative": {0, 1}, "positive": {1}, "count": {1}}


@dataclass
class Facts:
    """Declarations of one certificate.

    `signs`: scalar and tensor names to a word of DECLARED; `least`: sizes to their least value;
    `definitions`: name to (parameters, body, start of a recurrence or None); `needs`: what the theorem
    assumes, a formula and a word of MEANING; `used`: those needs that were called for.
    """

    signs: Mapping[str, str]
    least: Mapping[str, int]
    definitions: dict[str, tuple[tuple[Formula, ...], Formula, Formula | None]]
    needs: set[tuple[Formula, str]] = field(default_factory=set)
    used: set[tuple[Formula, str]] = field(default_factory=set)
    known: dict[Formula, Sign] = field(default_factory=dict)
    seen: set[Formula] = field(default_factory=set)

    def unfolded(self, entry: Formula) -> Formula:
        """D[p, ...] becomes its body at p, ...; a recurrence its start at 0, else its step."""
        parameters, body, start = self.definitions[entry.parts[0]]
        given: dict[Formula, Formula] = {}
        for parameter, place in zip(parameters, entry.parts[1:], strict=True):
            if start and Field().vanishes(place):
                return start
            low, high = (ONE, place) if start else (replace(end, given) for end in parameter.parts[1:])
            self.require_within(place, low, high)
            given[parameter] = place
        return replace(body, given)

    # -- needs ----------------------------------------------------------------------------------------

    def require(self, *formulas: Formula) -> None:
        """Denominators in formulas and in what they unfold to are other than 0, radicands >= 0; positions,
        ends of ranges and symbolic exponents are integers.
        """
        for found in formulas:
            if found not in self.seen:
                self.seen.add(found)
                self._require_here(found.kind, found.parts)
                self.require(*(part for part in found.parts if isinstance(part, Formula)))
                if found.parts[0] in self.definitions:
                    self.require(*(part for part in self.definitions[found.parts[0]][1:] if part))

    def _require_here(self, kind: str, parts: tuple[Formula, ...]) -> None:
        if kind == "power" and parts[1].kind == "number":
            exponent = parts[1].parts[0]
            if exponent.denominator > 2:
                raise Refused(f"the exponent {exponent}: integers and halves are known")
            if exponent.denominator == 2:
                self.need(parts[0], ">= 0")
            if exponent < 0:
                self.need(parts[0], "!= 0")
        elif kind in ("entry", "index", "power", "delta"):
            if not all(map(self.whole, parts if kind == "delta" else parts[1:])):
                raise Refused("a position, an end of a range or an exponent is not known to be an integer")
            if kind == "power":
                self.need(parts[0], "!= 0")

    def need(self, found: Formula, condition: str) -> None:
        """A condition that signs or the theorem's needs must give."""
        if not self.sign(found) <= MEANING[condition]:
            raise Refused(f"the need {condition} of a {found.kind} is neither assumed nor shown")

    def require_within(self, place: Formula, low: Formula, high: Formula) -> None:
        """low <= place <= high."""
        self.need(minus(place, low), ">= 0")
        self.need(minus(high, place), ">= 0")

    # -- signs ----------------------------------------------------------------------------------------

    def sign(self, found: Formula) -> Sign:
        """The signs that the value may have, wherever it has one."""
        for condition, meaning in MEANING.items():
            if (found, condition) in self.needs:
                self.used.add((found, condition))
                return meaning
        if found not in self.known:
            self.known[found] = self._sign(found)
        return self.known[found]

    def _sign(self, found: Formula) -> Sign:
        match found.kind, found.parts:
            case "number", (value,):
                return {sign_of(value)}
            case "entry", (name, *_) if name in self.definitions and self.definitions[name][2] is None:
                return self.sign(self.unfolded(found))
            case "scalar" | "entry", (name, *_):
                return DECLARED[self.signs[name]]
            case "add", parts if (signs := fold(_plus, map(self.sign, parts))) < ANY:
                return signs
            case "add" | "size" | "index", _:
                return self._sign_of_integer(found) if self.whole(found) else ANY
            case "mul", parts:
                powers = [{s**times for s in self.sign(part)} for part, times in Counter(parts).items()]
                return fold(lambda a, b: {s * t for s in a for t in b}, powers)
            case "power", (base, exponent):
                return _sign_of_power(self.sign(base), exponent)
            case "sum", (index, body):
                signs = _plus(self.sign(body), self.sign(body))
                return signs if self.sign(length(index)) <= {1} else signs | {0}
            case "delta", _:
                return {0, 1}
        return ANY

    def whole(self, found: Formula) -> bool:
        """True for what is certainly an integer: of sizes, indices, counts and whole numbers."""
        Budget.spend(1)
        match found.kind, found.parts:
            case "number", (value,):
                return bool(value.denominator == 1)
            case "scalar" | "entry", (name, *_):
                return self.signs[name] == "count"
            case "add" | "mul", parts:
                return all(map(self.whole, parts))
        return found.kind in ("size", "index")

    def _sign_of_integer(self, found: Formula) -> Sign:
        """By a lower bound: sizes and counts at their least; an index, if alone, at an end of its range."""
        poly = Field().value(found)
        while indices := [u for row in poly for u, _ in row if isinstance(u, Formula) and u.kind == "index"]:
            index = max(indices, key=lambda unit: (len(unit.free), unit.parts[0]))
            times = poly.get(frozenset({(index, 1)}), 0)
            if not times:
                return ANY
            end = index.parts[1 if times > 0 else 2]
            found = make("add", found, make("mul", number(times), minus(end, index)))
            poly = Field().value(found)
        if any(times < 0 for row, times in poly.items() if row):
            return ANY
        least = sum(times * prod(self._least(unit) ** k for unit, k in row) for row, times in poly.items())
        return {1} if least > 0 else {0, 1} if least == 0 else ANY

    def _least(self, unit: object) -> int:
        """Of a size as declared, of a count 1."""
        return self.least.get(unit.parts[0], 1) if isinstance(unit, Formula) else 1


def length(index: Formula) -> Formula:
    """high - low + 1, for the range of an index."""
    return make("add", minus(index.parts[2], index.parts[1]), ONE)


def sign_of(value: Fraction) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def _plus(left: Sign, right: Sign) -> Sign:
    """The signs of sums: of numbers of two signs any, else the one that is not 0."""
    return {sign for s in left for t in right for sign in (ANY if s * t < 0 else {s or t})}


def _sign_of_power(base: Sign, exponent: Formula) -> Sign:
    """Even powers and roots are >= 0; a power of what is > 0 is so too."""
    if exponent.kind != "number":
        return base | {1}
    value = exponent.parts[0]
    return {s ** abs(value.numerator) if value.denominator == 1 else abs(s) for s in base}
