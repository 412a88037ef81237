"""The rules.  Each docstring is the rule with its needs; nothing else makes an equation.

A rule gets the equation that is claimed (left, right), the certificate's facts, the equations before it
that it uses, and its arguments; it raises Refused, or the equation holds for every value of its free
indices in their ranges, wherever both sides have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce as fold

from bnsym.proof.trusted.derivative import derivative
from bnsym.proof.trusted.facts import Facts
from bnsym.proof.trusted.field import Field, linear
from bnsym.proof.trusted.formula import ONE, ZERO, Formula, Refused, make, minus, replace

Equation = tuple[Formula, Formula]
Arguments = Sequence[Formula]


def _same(left: Formula, right: Formula, used: Sequence[Equation] = ()) -> None:
    if not Field(dict(used)).equal(left, right):
        raise Refused("the two sides are not the same rational function of their atoms")


def identity(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """IDENTITY.  left = right as rational functions of atoms, with sqrt(P)**2 = P; each used equation puts
    its right side in the place of its left one.  Needs the denominators != 0 and the radicands >= 0.
    """
    _same(left, right, used)


def combination(
    left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments
) -> None:
    """COMBINATION.  From a_k = b_k conclude left = right if left - right = sum of c_k*(a_k - b_k); equations
    that are used after these put their right sides in the place of their left ones.  args: c_1, c_2, ...
    """
    parts = [make("mul", factor, minus(a, b)) for factor, (a, b) in zip(args, used, strict=False)]
    _same(minus(left, right), make("add", ZERO, *parts), used[len(args) :])


def unfold(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """UNFOLD.  D[p] = the body of D at p, for p in the parameter's range; a recurrence at 0 is its start."""
    if facts.unfolded(left) is not right:
        raise Refused(f"that is not what the definition of {left.parts[0]} says there")


def linearity(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """LINEARITY.  sum E = c_1*sum f_1 + c_2*sum f_2 + ... over the same indices, if, for generic indices,
    E = c_1*f_1 + c_2*f_2 + ... and no c_k holds one of them.  args: how many indices, c_1, f_1, c_2, ...
    """
    indices, body = _nest(left, args[0])
    pairs = list(zip(args[1::2], args[2::2], strict=True))
    if any(not c.free.isdisjoint(indices) for c, _ in pairs):
        raise Refused("a factor that stands before a sum holds the sum's index")
    _same(body, make("add", ZERO, *(make("mul", c, f) for c, f in pairs)), used)
    _same(right, make("add", ZERO, *(make("mul", c, _sum(indices, f)) for c, f in pairs)))


def constant(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """CONSTANT.  The sum of c over low..high is (high - low + 1)*c.  Needs high >= low - 1, no index in c."""
    (index,), body = _nest(left, ONE)
    if index in body.free:
        raise Refused("the body of the sum depends on its index")
    facts.require_length(index)
    _, low, high = index.parts
    _same(right, make("mul", make("add", minus(high, low), ONE), body))


def sift(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """SIFT.  The sum of delta(i, p)*f(i) is f(p).  Needs p in the range of i, i not in p.  args: p, f."""
    (index,), body = _nest(left, ONE)
    place, f = args
    linear(place)
    if index in place.free:
        raise Refused("the place holds the sum's own index")
    facts.require_within(place, index.parts[1], index.parts[2])
    _same(body, make("mul", make("delta", index, place), f), used)
    _same(right, replace(f, {index: place}))


def delta(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """DELTA.  delta(i, p)*f(i) = delta(i, p)*f(p);  delta(a, b) = 1 for a - b = 0, 0 for another number;
    delta(a, b) = delta(c, d) for c - d = a - b or b - a.  args: i, p, f for the first, none for the others.
    """
    if args:
        index, place, f = args
        linear(place)
        if index.kind != "index":
            raise Refused("only an index can be replaced beside a delta")
        _same(left, make("mul", make("delta", index, place), f))
        _same(right, make("mul", make("delta", index, place), replace(f, {index: place})))
        return None
    gap = linear(minus(*left.parts)) if left.kind == "delta" else {ONE: 0}
    if left.kind == "delta" and set(gap) <= {ONE}:
        return _same(right, ZERO if gap.get(ONE) else ONE)
    other = linear(minus(*right.parts)) if right.kind == "delta" and left.kind == "delta" else None
    if other is None or other not in (gap, {unit: -times for unit, times in gap.items()}):
        raise Refused("these are not deltas of the same two positions")
    return None


def exchange(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """EXCHANGE.  Nested sums over the same ranges are equal if their bodies are, whatever the order and the
    names of the indices.  args: the indices of left, outermost first, in the order in which right has them.
    """
    indices, body = _nest(left, make("number", ONE.parts[0] * len(args)))
    others, target = _nest(right, make("number", ONE.parts[0] * len(args)))
    if set(indices) != set(args) or len(set(others)) != len(set(args)):
        raise Refused("the order must name each index of the left side once")
    renaming: dict[Formula, Formula] = {}
    for own, other in zip(args, others, strict=True):
        if not own.free.isdisjoint(set(indices) - set(renaming) - {own}):
            raise Refused("the range of an index holds one that comes after it")
        low, high = (
            replace(end, {k: v for k, v in renaming.items() if k in end.free}) for end in own.parts[1:]
        )
        if other.parts[1:] != (low, high):
            raise Refused(f"the ranges of {own.parts[0]} and {other.parts[0]} differ")
        renaming[own] = other
    if any(new in left.free for new in others) or not right.free <= left.free:
        raise Refused("a new name is free on the left side, or an index on the right side")
    _same(_renamed(body, renaming), target, used)


def split(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """SPLIT.  The sum over low..high is that over low..middle plus that over middle+1..high, shifted by k.
    Needs low - 1 <= middle <= high.  args: middle, the second sum.
    """
    (index,), body = _nest(left, ONE)
    name, low, high = index.parts
    middle, rest = args
    other = rest.parts[0]
    for smaller, larger in ((low, make("add", middle, ONE)), (middle, high)):
        if facts.lowest(minus(larger, smaller)) < 0:
            raise Refused("the middle is not known to lie in the range")
    shift = linear(minus(make("add", middle, ONE), other.parts[1]))
    if rest.kind != "sum" or linear(minus(high, other.parts[2])) != shift:
        raise Refused("the second range is not the rest of the first one, shifted")
    first = make("index", name, low, middle)
    back = make("add", other, *(make("mul", make("number", ONE.parts[0] * t), u) for u, t in shift.items()))
    if first in left.free or other in left.free:
        raise Refused("a new index is free on the left side")
    second = make("sum", other, replace(body, {index: back if shift else other}))
    _same(right, make("add", make("sum", first, replace(body, {index: first})), second), used)


def single(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """SINGLE.  The sum over low..low is the body at low; the sum over low..low-1 is 0."""
    (index,), body = _nest(left, ONE)
    _, low, high = index.parts
    gap = linear(minus(high, low))
    if gap not in ({}, {ONE: -1}):
        raise Refused("the range does not hold exactly one position, or none")
    _same(right, ZERO if gap else replace(body, {index: low}))


def position(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """POSITION.  x[p, ...] = x[q, ...] if p - q = 0 as combinations of sizes and indices, and so on."""
    entries = left.kind == right.kind == "entry" and left.parts[0] == right.parts[0]
    if not entries or any(linear(minus(p, q)) for p, q in zip(left.parts[1:], right.parts[1:], strict=True)):
        raise Refused("these are not entries of one tensor at the same positions")


def root(left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments) -> None:
    """ROOT.  sqrt(P) = c*sqrt(Q) if P = c**2*Q.  Needs c >= 0, and the radicands >= 0.  args: P, c, Q."""
    inner, factor, rest = args
    if ">= 0" not in facts.sign(factor):
        raise Refused("the factor before the root is not known to be >= 0")
    _same(inner, make("mul", factor, factor, rest), used)
    half = make("number", ONE.parts[0] / 2)
    _same(left, make("power", inner, half))
    _same(right, make("mul", factor, make("power", rest, half)))


def differentiate(
    left: Formula, right: Formula, facts: Facts, used: Sequence[Equation], args: Arguments
) -> None:
    """DIFFERENTIATE.  diff(f, x[p]) by d x[j]/d x[p] = delta(j, p), the rules for sums, products and powers,
    and the chain rule through definitions.  Needs radicands > 0, bases of negative powers != 0.
    """
    if left.kind != "diff":
        raise Refused("the left side is no derivative")
    slope = derivative(left.parts[0], left.parts[1], facts)
    facts.require(slope)
    _same(slope, right)


RULES: dict[str, Callable[[Formula, Formula, Facts, Sequence[Equation], Arguments], None]] = {
    rule.__name__: rule
    for rule in (
        identity,
        combination,
        unfold,
        linearity,
        constant,
        sift,
        delta,
        exchange,
        split,
        single,
        position,
        root,
        differentiate,
    )
}


def _nest(found: Formula, depth: Formula) -> tuple[list[Formula], Formula]:
    """The indices of nested sums, outermost first, all different, and the body."""
    indices: list[Formula] = []
    for _ in range(int(depth.parts[0]) if depth.kind == "number" else 0):
        if found.kind != "sum" or found.parts[0] in indices:
            raise Refused("there are not so many sums, one in the other, each with an index of its own")
        indices.append(found.parts[0])
        found = found.parts[1]
    return indices, found


def _sum(indices: list[Formula], body: Formula) -> Formula:
    return fold(lambda inner, index: make("sum", index, inner), reversed(indices), body)


def _renamed(body: Formula, renaming: dict[Formula, Formula]) -> Formula:
    """Simultaneous renaming, by way of names that occur nowhere."""
    aside = {old: make("index", f"{k}'", *old.parts[1:]) for k, old in enumerate(renaming)}
    return replace(replace(body, aside), {aside[old]: new for old, new in renaming.items()})
