"""Finer steps for sums over ranges that are sums of sizes and integers: split, and single positions.

A range such as 1..m-1 may be empty, so that nothing may be said of a position in it: its sum is the one over
1..m less the entry at m, and only under the longer sum is the body looked into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnsym.calculus.atoms import Position, at, combine, position
from bnsym.errors import UndefinedValueError
from bnsym.proof.formulas import to_formula
from bnsym.proof.trusted.formula import Formula, make, minus, number, replace
from bnsym.terms.nodes import ONE, Sum, Term, add

if TYPE_CHECKING:
    from bnsym.proof.sum_steps import SumSteps


def split_range(elaborator: SumSteps, term: Sum) -> list[int]:
    """The sum is its parts: each size on its own, then the entries after them, each on its own."""
    engine, own = elaborator.engine, to_formula(term)
    low, high = engine.place(term.index.low, {}), engine.place(term.index.high, {})
    length = combine(combine(high, low, -1), position({}, 1))
    if engine.left_out(term.index):
        before = combine(low, position({}, 1), -1)
        other = _over(own, number(1), _written(elaborator, before))
        found = _less(elaborator, term, [other, own])
        return found or _shifted(elaborator, term, before, length)
    if length.constant < 0:
        ends = combine(high, position({}, 1)), combine(high, position({}, -length.constant))
        return _less(elaborator, term, [own, _over(own, *(_written(elaborator, end) for end in ends))])
    pieces = [at(base) for base, times in length.parts for _ in range(times)]
    pieces += [position({}, 1)] * length.constant
    return _peeled(elaborator, term, pieces)


def _less(elaborator: SumSteps, term: Sum, parts: list[Formula]) -> list[int]:
    """The sum, one of two parts of a longer one, as that less the other part; nothing if it has no value."""
    low, middle, high = parts[0].parts[0].parts[1], parts[0].parts[0].parts[2], parts[1].parts[0].parts[2]
    whole = _over(parts[0], low, high)
    other = parts[parts[0] is to_formula(term)]
    longer, rest = elaborator.back(whole), elaborator.back(other)
    try:
        elaborator.engine.convert(add(longer, rest), {})
    except UndefinedValueError:
        return []
    line = elaborator.emit("split", longer, elaborator.back(make("add", *parts)), (), (middle, parts[1]))
    found = elaborator.emit("algebra", term, elaborator.back(minus(whole, other)), line)
    return [*found, *elaborator.lemmas(longer), *elaborator.lemmas(rest)]


def _written(elaborator: SumSteps, place: Position) -> Formula:
    return to_formula(elaborator.writer.place(place, {}))


def _over(formula: Formula, low: Formula, high: Formula) -> Formula:
    """The same sum over another range."""
    index, body = formula.parts
    other = make("index", index.parts[0], low, high)
    return make("sum", other, replace(body, {index: other}))


def _peeled(elaborator: SumSteps, term: Sum, pieces: list[Position]) -> list[int]:
    """The first piece, shifted to 1.., and what is left of the range."""
    if not pieces:
        return list(elaborator.emit("single", term, elaborator.back(number(0))))
    if len(pieces) == 1 and pieces[0].parts == ():
        return _one(elaborator, term)
    low = elaborator.engine.place(term.index.low, {})
    plain = term.index.low is ONE
    if len(pieces) == 1 and not plain:
        return _shifted(elaborator, term, combine(low, position({}, 1), -1), pieces[0])
    middle = combine(combine(low, pieces[0]), position({}, 1), -1)
    return _split_at(elaborator, term, middle, pieces)


def _split_at(elaborator: SumSteps, term: Sum, middle: Position, pieces: list[Position]) -> list[int]:
    formula = to_formula(term)
    index, body = formula.parts
    name, low, high = index.parts
    mid = to_formula(elaborator.writer.place(middle, {}))
    after = to_formula(elaborator.writer.place(combine(middle, position({}, 1)), {}))
    other = make("index", name, after, high)
    first = make("index", name, low, mid)
    left = make("sum", first, replace(body, {index: first}))
    right = make("sum", other, replace(body, {index: other}))
    parts = elaborator.back(left), elaborator.back(right)
    line = elaborator.emit("split", term, elaborator.back(make("add", left, right)), (), (mid, right))
    found = [*line]
    for part, rest in ((parts[0], pieces[:1]), (parts[1], pieces[1:])):
        found += _part(elaborator, part, rest)
    return found


def _part(elaborator: SumSteps, part: Term, pieces: list[Position]) -> list[int]:
    if not isinstance(part, Sum):
        raise TypeError("a part of a split range is a sum")
    if part.index.low is ONE and len(pieces) == 1 and pieces[0].parts:
        return list(elaborator.lemmas(part))
    return _peeled(elaborator, part, pieces)


def _one(elaborator: SumSteps, term: Sum) -> list[int]:
    """A range of one position."""
    formula = to_formula(term)
    index, body = formula.parts
    value = elaborator.back(replace(body, {index: index.parts[1]}))
    return [*elaborator.emit("single", term, value), *elaborator.lemmas(value)]


def _shifted(elaborator: SumSteps, term: Sum, shift: Position, length: Position) -> list[int]:
    """A range low..high as 1..length: split before its first position, where the first part is empty."""
    formula = to_formula(term)
    index, body = formula.parts
    name, low, _ = index.parts
    before = _written(elaborator, shift)
    other = elaborator.fresh(name, number(1), _written(elaborator, length))
    empty = make(
        "sum", make("index", name, low, before), replace(body, {index: make("index", name, low, before)})
    )
    shifted = make("add", other, minus(make("add", before, number(1)), number(1)))  # as the rule writes it
    moved = make("sum", other, replace(body, {index: shifted}))
    nothing = elaborator.emit("single", elaborator.back(empty), elaborator.back(number(0)))
    line = elaborator.emit("split", term, elaborator.back(make("add", empty, moved)), (), (before, moved))
    return [*line, *nothing, *elaborator.lemmas(elaborator.back(moved))]
