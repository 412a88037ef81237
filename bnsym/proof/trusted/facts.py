"""What is known of signs, ranges and integers: needs are met from it, and inequalities proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bnsym.proof.trusted.field import linear
from bnsym.proof.trusted.formula import ONE, Formula, Refused, make, replace, walk

CONDITIONS = ("> 0", ">= 0", "!= 0")


@dataclass
class Facts:
    """Declarations of one certificate.

    `signs`: scalar and tensor names to real, nonzero, nonnegative, positive or count (an integer >= 1);
    `least`: sizes to their least value; `definitions`: name to (parameters, body, initial or None);
    `needs`: conditions that the theorem assumes; `used` those that were called for.
    """

    signs: Mapping[str, str]
    least: Mapping[str, int]
    definitions: Mapping[str, tuple[tuple[Formula, ...], Formula, Formula | None]]
    needs: set[tuple[Formula, str]] = field(default_factory=set)
    used: set[tuple[Formula, str]] = field(default_factory=set)

    def assume(self, found: Formula, condition: str) -> None:
        """A need of the theorem: it is printed with it."""
        if condition not in CONDITIONS:
            raise Refused(f"a condition is one of {', '.join(CONDITIONS)}")
        self.needs.add((found, condition))

    # -- definitions ----------------------------------------------------------------------------------

    def unfolded(self, entry: Formula) -> Formula:
        """D[p, ...] becomes its body at p, ...; a recurrence its initial value at 0, else its step."""
        name, *places = entry.parts
        if entry.kind != "entry" or name not in self.definitions:
            raise Refused("only an entry that is defined can be unfolded")
        parameters, body, initial = self.definitions[name]
        if initial is not None and not linear(places[0]):
            return initial
        for parameter, place in zip(parameters, places, strict=True):
            low, high = (ONE, None) if parameter.kind == "size" else parameter.parts[1:]
            self.require_within(place, low, high)
        return replace(body, dict(zip(parameters, places, strict=True)))

    # -- integers -------------------------------------------------------------------------------------

    def lowest(self, found: Formula) -> int:
        """A lower bound of an integer combination of sizes and indices (each at its own least)."""
        total = 0
        combination = dict(linear(found))
        while any(unit.kind == "index" for unit in combination):
            combination = self._without_index(combination)
        for unit, times in combination.items():
            if unit is not ONE and times < 0:
                raise Refused("the size of a range is not known to be large enough")
            total += times * (1 if unit is ONE else self.least[unit.parts[0]])
        return total

    def _without_index(self, combination: dict[Formula, int]) -> dict[Formula, int]:
        """An index replaced by the end of its range that makes the combination least; the innermost first."""
        index = max((u for u in combination if u.kind == "index"), key=lambda u: (len(u.free), u.parts[0]))
        times = combination.pop(index)
        for unit, more in linear(index.parts[1] if times > 0 else index.parts[2]).items():
            combination[unit] = combination.get(unit, 0) + times * more
        return {unit: times for unit, times in combination.items() if times}

    def require_within(self, place: Formula, low: Formula, high: Formula | None) -> None:
        """low <= place <= high, for an index of that very range, or by lower bounds."""
        if place.kind == "index" and place.parts[1:] == (low, high):
            return
        if self.lowest(_difference(place, low)) < 0 or (high and self.lowest(_difference(high, place)) < 0):
            raise Refused("a position is not known to lie in its range")

    def require_length(self, index: Formula) -> None:
        """The range of an index is not negative: high - low + 1 >= 0."""
        _, low, high = index.parts
        if low is ONE and self.counts(high):
            return
        if self.lowest(make("add", _difference(high, low), ONE)) < 0:
            raise Refused(f"the range of {index.parts[0]} may have a negative length")

    def counts(self, found: Formula) -> bool:
        """True for what is certainly an integer >= 1: sizes, counts, their sums and products."""
        if found.kind == "number":
            return bool(found.parts[0].denominator == 1 and found.parts[0] >= 1)
        if found.kind == "entry":
            return self.signs.get(found.parts[0]) == "count"
        return found.kind == "size" or (found.kind in ("add", "mul") and all(map(self.counts, found.parts)))

    # -- signs ----------------------------------------------------------------------------------------

    def sign(self, found: Formula) -> frozenset[str]:
        """Those of '>= 0', '<= 0', '!= 0' that are certain."""
        for condition in CONDITIONS:
            if (found, condition) in self.needs:
                self.used.add((found, condition))
                return _MEANING[condition]
        return frozenset(_SIGNS[found.kind](self, found)) if found.kind in _SIGNS else frozenset()

    def assumed(self, name: str) -> frozenset[str]:
        """The declared sign of a scalar or of a tensor's entries."""
        return _MEANING.get(_DECLARED.get(self.signs.get(name, "real"), ""), frozenset())

    def require(self, found: Formula) -> None:
        """Every denominator in the formula and what it unfolds to is other than 0, every radicand >= 0."""
        for part in self._reached(found):
            if part.kind == "power":
                base, exponent = part.parts
                value = exponent.parts[0] if exponent.kind == "number" else None
                if value is None or value < 0:
                    self._require(base, "!= 0")
                if value is not None and value.denominator == 2:
                    self._require(base, ">= 0")

    def _require(self, found: Formula, condition: str) -> None:
        if condition not in self.sign(found):
            raise Refused(f"the need {condition} of a {found.kind} is neither assumed nor shown")

    def _reached(self, found: Formula) -> Iterator[Formula]:
        seen: set[Formula] = set()
        stack = [found]
        while stack:
            for part in walk(stack.pop()):
                if part not in seen:
                    seen.add(part)
                    yield part
                    if part.kind == "entry" and part.parts[0] in self.definitions:
                        parameters, body, initial = self.definitions[part.parts[0]]
                        stack += [body, *([initial] if initial is not None else [])]


def _difference(left: Formula, right: Formula) -> Formula:
    return make("add", left, make("mul", make("number", -ONE.parts[0]), right))


_DECLARED = {"positive": "> 0", "count": "> 0", "nonnegative": ">= 0", "nonzero": "!= 0"}
_MEANING = {
    "> 0": frozenset({">= 0", "!= 0"}),
    ">= 0": frozenset({">= 0"}),
    "!= 0": frozenset({"!= 0"}),
}


def _number(facts: Facts, found: Formula) -> set[str]:
    value = found.parts[0]
    return {
        word for word, holds in ((">= 0", value >= 0), ("<= 0", value <= 0), ("!= 0", value != 0)) if holds
    }


def _name(facts: Facts, found: Formula) -> frozenset[str]:
    return facts.assumed(found.parts[0])


def _size(facts: Facts, found: Formula) -> set[str]:
    return {">= 0", "!= 0"}


def _index(facts: Facts, found: Formula) -> set[str]:
    least = facts.lowest(found.parts[1])
    return {">= 0", "!= 0"} if least > 0 else {">= 0"} if least == 0 else set()


def _entry(facts: Facts, found: Formula) -> frozenset[str]:
    definition = facts.definitions.get(found.parts[0])
    if definition is None or definition[2] is not None:
        return facts.assumed(found.parts[0])
    return facts.sign(facts.unfolded(found))


def _add(facts: Facts, found: Formula) -> set[str]:
    """Terms >= 0 add to >= 0, to > 0 if one is; integers by their least value."""
    signs = [facts.sign(part) for part in found.parts]
    both = {word for word in (">= 0", "<= 0") if all(word in sign for sign in signs)}
    if both:
        return both | ({"!= 0"} if any("!= 0" in sign for sign in signs) else set())
    try:
        least = facts.lowest(found)
    except Refused:
        return set()
    return {">= 0", "!= 0"} if least > 0 else {">= 0"} if least == 0 else set()


def _mul(facts: Facts, found: Formula) -> set[str]:
    """Signs multiply; the same factor twice is a square."""
    once = [part for part in dict.fromkeys(found.parts) if found.parts.count(part) % 2]
    nonzero = {"!= 0"} if all("!= 0" in facts.sign(part) for part in found.parts) else set()
    negative = False
    for part in once:
        sign = facts.sign(part)
        if not sign & {">= 0", "<= 0"}:
            return nonzero
        negative ^= ">= 0" not in sign
    return {"<= 0" if negative else ">= 0"} | nonzero


def _power(facts: Facts, found: Formula) -> set[str]:
    """Even powers and roots are >= 0; a power of what is other than 0 is so too."""
    base, exponent = found.parts
    sign = facts.sign(base)
    if exponent.kind != "number":
        return {">= 0", "!= 0"} if {">= 0", "!= 0"} <= sign else set(sign & {"!= 0"})
    value = exponent.parts[0]
    nonzero = {"!= 0"} if "!= 0" in sign or value <= 0 else set()
    if value.denominator == 2 or value % 2 == 0:
        return {">= 0"} | nonzero
    return set(sign & {">= 0", "<= 0"}) | nonzero


def _sum(facts: Facts, found: Formula) -> set[str]:
    """A sum is as its terms, and other than 0 if they are of one sign and there is one."""
    index, body = found.parts
    sign = facts.sign(body)
    some = index.parts[1] is ONE and facts.counts(index.parts[2])
    same = sign & {">= 0", "<= 0"}
    return set(same) | ({"!= 0"} if same and some and "!= 0" in sign else set())


def _delta(facts: Facts, found: Formula) -> set[str]:
    return {">= 0"}


_SIGNS = {
    "number": _number,
    "scalar": _name,
    "size": _size,
    "index": _index,
    "entry": _entry,
    "add": _add,
    "mul": _mul,
    "power": _power,
    "sum": _sum,
    "delta": _delta,
}
