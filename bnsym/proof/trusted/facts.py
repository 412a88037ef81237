"""What is known of signs, ranges and integers: needs are met from it, and inequalities proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bnsym.proof.trusted.field import linear
from bnsym.proof.trusted.formula import ONE, Formula, Refused, make, minus, replace

Sign = frozenset[str]
UP, DOWN, OFF = ">= 0", "<= 0", "!= 0"
NOTHING: Sign = frozenset()
POSITIVE: Sign = frozenset({UP, OFF})
MEANING = {"> 0": POSITIVE, UP: frozenset({UP}), OFF: frozenset({OFF})}
DECLARED = {
    "real": NOTHING,
    "nonzero": MEANING[OFF],
    "nonnegative": MEANING[UP],
    "positive": POSITIVE,
    "count": POSITIVE,
}


@dataclass
class Facts:
    """Declarations of one certificate.

    `signs`: scalar and tensor names to a word of DECLARED (count: an integer >= 1); `least`: sizes to their
    least value; `definitions`: name to (parameters, body, start of a recurrence or None); `needs`: what the
    theorem assumes, a formula and a word of MEANING; `used`: those needs that were called for.
    """

    signs: Mapping[str, str]
    least: Mapping[str, int]
    definitions: Mapping[str, tuple[tuple[Formula, ...], Formula, Formula | None]]
    needs: set[tuple[Formula, str]] = field(default_factory=set)
    used: set[tuple[Formula, str]] = field(default_factory=set)
    known: dict[Formula, Sign] = field(default_factory=dict)
    seen: set[Formula] = field(default_factory=set)

    def forget(self) -> None:
        """Look at signs and needs anew, after a change of what is assumed."""
        self.known.clear()
        self.seen.clear()

    def unfolded(self, entry: Formula) -> Formula:
        """D[p, ...] becomes its body at p, ...; a recurrence its start at 0, else its step."""
        if entry.kind != "entry" or entry.parts[0] not in self.definitions:
            raise Refused("only an entry that is defined can be unfolded")
        name, *places = entry.parts
        parameters, body, start = self.definitions[name]
        if start is not None and not linear(places[0]):
            return start
        given: dict[Formula, Formula] = {}
        for parameter, place in zip(parameters, places, strict=True):
            ends = (
                (ONE, None)
                if parameter.kind == "size"
                else [replace(end, given) for end in parameter.parts[1:]]
            )
            self.require_within(place, *ends)
            given[parameter] = place
        return replace(body, given)

    # -- integers -------------------------------------------------------------------------------------

    def lowest(self, found: Formula) -> int:
        """A lower bound of a combination of sizes and indices; an index stands at an end of its range."""
        parts = dict(linear(found))
        while indices := [unit for unit in parts if unit.kind == "index"]:
            index = max(indices, key=lambda unit: (len(unit.free), unit.parts[0]))
            times = parts.pop(index)
            for unit, more in linear(index.parts[1] if times > 0 else index.parts[2]).items():
                parts[unit] = parts.get(unit, 0) + times * more
            parts = {unit: times for unit, times in parts.items() if times}
        if any(times < 0 for unit, times in parts.items() if unit is not ONE):
            raise Refused("an integer has no known lower bound")
        return sum(times * (1 if unit is ONE else self.least[unit.parts[0]]) for unit, times in parts.items())

    def require_within(self, place: Formula, low: Formula, high: Formula | None) -> None:
        """low <= place <= high: an index of that very range, or by lower bounds."""
        if place.kind == "index" and place.parts[1:] == (low, high):
            return
        if self.lowest(minus(place, low)) < 0 or (high and self.lowest(minus(high, place)) < 0):
            raise Refused("a position is not known to lie in its range")

    def require_length(self, index: Formula) -> None:
        """high - low + 1 >= 0 for the range of an index."""
        _, low, high = index.parts
        if not (low is ONE and self.counts(high)) and self.lowest(make("add", minus(high, low), ONE)) < 0:
            raise Refused(f"the range of {index.parts[0]} may have a negative length")

    def counts(self, found: Formula) -> bool:
        """True for what is certainly an integer >= 1: sizes, counts, their sums and products."""
        if found.kind == "number":
            return bool(found.parts[0].denominator == 1 and found.parts[0] >= 1)
        if found.kind == "entry":
            return self.signs.get(found.parts[0]) == "count"
        return found.kind == "size" or (found.kind in ("add", "mul") and all(map(self.counts, found.parts)))

    # -- needs ----------------------------------------------------------------------------------------

    def require(self, found: Formula) -> None:
        """Denominators in the formula and in what it unfolds to are other than 0, radicands >= 0; positions
        and symbolic exponents are integers, and every free index has a range that is not empty.
        """
        for part in self._reached(found):
            if part.kind in ("entry", "delta"):
                for place in part.parts[part.kind == "entry" :]:
                    linear(place)
            elif part.kind == "index":
                for end in part.parts[1:]:
                    _ = self.counts(end) or linear(end)
            elif part.kind == "power":
                base, exponent = part.parts
                value = exponent.parts[0] if exponent.kind == "number" else None
                _ = linear(exponent) if value is None else None
                if value is not None and value.denominator > 2:
                    raise Refused(f"the exponent {value}: integers and halves are known")
                if value is None or value < 0:
                    self.need(base, OFF)
                if value is not None and value.denominator == 2:
                    self.need(base, UP)

    def need(self, found: Formula, condition: str) -> None:
        """A condition that signs or the theorem's needs must give."""
        if condition not in self.sign(found):
            raise Refused(f"the need {condition} of a {found.kind} is neither assumed nor shown")

    def _reached(self, found: Formula) -> Iterator[Formula]:
        stack = [found]
        while stack:
            part = stack.pop()
            if part in self.seen:
                continue
            self.seen.add(part)
            yield part
            new = [inner for inner in part.parts if isinstance(inner, Formula)]
            if part.kind == "entry" and part.parts[0] in self.definitions:
                new += [inner for inner in self.definitions[part.parts[0]][1:] if isinstance(inner, Formula)]
            stack += new

    # -- signs ----------------------------------------------------------------------------------------

    def sign(self, found: Formula) -> Sign:
        """Those of '>= 0', '<= 0', '!= 0' that are certain."""
        for condition, meaning in MEANING.items():
            if (found, condition) in self.needs:
                self.used.add((found, condition))
                return meaning
        if found not in self.known:
            rule = _SIGNS.get(found.kind)
            self.known[found] = rule(self, found) if rule else NOTHING
        return self.known[found]

    def _number(self, found: Formula) -> Sign:
        value = found.parts[0]
        return frozenset({OFF, UP if value > 0 else DOWN}) if value else frozenset({UP, DOWN})

    def _name(self, found: Formula) -> Sign:
        definition = self.definitions.get(found.parts[0])
        if found.kind == "entry" and definition is not None and definition[2] is None:
            return self.sign(self.unfolded(found))
        return DECLARED[self.signs[found.parts[0]]]

    def _integer(self, found: Formula) -> Sign:
        try:
            least = self.lowest(found)
        except Refused:
            return NOTHING
        return POSITIVE if least > 0 else MEANING[UP] if least == 0 else NOTHING

    def _add(self, found: Formula) -> Sign:
        """Terms >= 0 add to >= 0, to > 0 if one is; integers by their lowest value."""
        signs = [self.sign(part) for part in found.parts]
        both = frozenset.intersection(*signs) & {UP, DOWN}
        if not both:
            return self._integer(found)
        return both | (frozenset.union(*signs) & {OFF})

    def _mul(self, found: Formula) -> Sign:
        """Signs multiply; the same factor twice is a square."""
        signs = {part: self.sign(part) for part in found.parts}
        off = frozenset.intersection(*signs.values()) & {OFF}
        once = [signs[part] for part in signs if found.parts.count(part) % 2]
        if not all(sign & {UP, DOWN} for sign in once):
            return off
        return off | {DOWN if sum(UP not in sign for sign in once) % 2 else UP}

    def _power(self, found: Formula) -> Sign:
        """Even powers and roots are >= 0; a power of what is other than 0 is so too."""
        base, exponent = found.parts
        sign = self.sign(base)
        if exponent.kind != "number":
            return sign & {OFF} | (sign & {UP} if OFF in sign else NOTHING)
        value = exponent.parts[0]
        off = {OFF} if OFF in sign or value <= 0 else NOTHING
        return (MEANING[UP] if value.denominator == 2 or value % 2 == 0 else sign & {UP, DOWN}) | off

    def _sum(self, found: Formula) -> Sign:
        """A sum is as its terms, and other than 0 if these are of one sign and there is one."""
        index, body = found.parts
        sign = self.sign(body)
        some = index.parts[1] is ONE and self.counts(index.parts[2]) and sign & {UP, DOWN}
        return sign & {UP, DOWN} | (sign & {OFF} if some else NOTHING)

    def _delta(self, found: Formula) -> Sign:
        return MEANING[UP]


_SIGNS = {
    **dict.fromkeys(("scalar", "entry"), Facts._name),
    **dict.fromkeys(("size", "index"), Facts._integer),
    **{"number": Facts._number, "add": Facts._add, "mul": Facts._mul, "power": Facts._power},
    **{"sum": Facts._sum, "delta": Facts._delta},
}
