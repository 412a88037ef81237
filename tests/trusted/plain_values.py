"""Values of the formulas of a certificate, from their text, at one exact instance.

Shares nothing with bnsym: it is the judge of what the trusted checker accepts.  Numbers are fractions; a root
that is not rational is taken to 50 digits, so that two sides are compared with a tolerance of 1e-25.
A derivative is taken by dual numbers: a value goes with its slope.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

TINY = Fraction(1, 10**25)
DIGITS = 10**50
Dual = tuple[Fraction, Fraction]
CHOICES = [Fraction(n, d) for n, d in ((-2, 1), (-1, 1), (-1, 2), (0, 1), (1, 2), (1, 1), (2, 1), (3, 1))]
ALLOWED = {
    "real": CHOICES,
    "nonzero": [v for v in CHOICES if v],
    "nonnegative": [v for v in CHOICES if v >= 0],
    "positive": [v for v in CHOICES if v > 0],
    "count": [Fraction(n) for n in (1, 2, 3)],
}
HOLDS = {
    "=": lambda a, b: abs(a - b) <= TINY,
    "<=": lambda a, b: a <= b + TINY,
    ">=": lambda a, b: a + TINY >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "!=": lambda a, b: abs(a - b) > TINY,
}


class NoValueError(Exception):
    """A denominator is 0, or a radicand is negative."""


class Point:
    """One instance of a certificate's declarations: sizes and values, drawn as they are asked for."""

    def __init__(self, found: Mapping[str, Any], seed: object, largest: int = 4) -> None:
        self.draw = random.Random(str(seed))
        self.found = found
        self.sizes = {n: self.draw.randint(k, max(k, largest)) for n, k in found["sizes"].items()}
        self.signs = dict(found["scalars"]) | {n: sign for n, (_, sign) in found["tensors"].items()}
        self.ranks = {n: rank for n, (rank, _) in found["tensors"].items()}
        self.rows = {row["name"]: row for row in found["definitions"]}
        self.values: dict[tuple[Any, ...], Fraction] = {}
        self.flat = self.draw.random() < 0.1  # now and then every value of a tensor is the same
        self.by: tuple[Any, ...] | None = None
        self.known: dict[object, Dual] = {}
        self.trees: dict[str, ast.expr] = {}

    def free(self, *texts: str) -> Iterator[dict[str, int]]:
        """Every choice of positions for the free indices of the texts."""
        names = [name for name in self.found["indices"] if any(name in _free(text) for text in texts)]
        names = self._with_their_ranges(names)
        yield from self._choices(names, {})

    def _with_their_ranges(self, names: list[str]) -> list[str]:
        ends = {
            n: _free(self.found["indices"][n][0]) | _free(self.found["indices"][n][1])
            for n in self.found["indices"]
        }
        wanted = set(names)
        while more := {end for n in wanted for end in ends[n] if end in ends} - wanted:
            wanted |= more
        done: list[str] = []
        while len(done) < len(wanted):
            done += [n for n in ends if n in wanted and n not in done and ends[n] & set(ends) <= set(done)]
        return done

    def _choices(self, names: list[str], at: dict[str, int]) -> Iterator[dict[str, int]]:
        if not names:
            yield at
            return
        low, high = (int(self.value(end, at)) for end in self.found["indices"][names[0]])
        for place in range(low, high + 1):
            yield from self._choices(names[1:], {**at, names[0]: place})

    def value(self, text: str, at: Mapping[str, int]) -> Fraction:
        """The value of a text; `at` gives the positions of its free indices."""
        return self._of(self._tree(text), at)[0]

    def _tree(self, text: str) -> ast.expr:
        if text not in self.trees:
            self.trees[text] = ast.parse(text.strip(), mode="eval").body
        return self.trees[text]

    def entry(self, name: str, places: tuple[Any, ...]) -> Dual:
        """An entry: by its definition, or drawn."""
        key = (name, *places)
        if name in self.rows:
            if (key, self.by) not in self.known:
                self.known[key, self.by] = self._defined(self.rows[name], places)
            return self.known[key, self.by]
        if key not in self.values:
            same = (name, "all")
            drawn = (
                self.values.setdefault(same, self.draw.choice(ALLOWED[self.signs[name]]))
                if self.flat
                else None
            )
            self.values[key] = self.draw.choice(ALLOWED[self.signs[name]]) if drawn is None else drawn
        return self.values[key], Fraction(key == self.by)

    def _defined(self, row: Mapping[str, Any], places: tuple[Any, ...]) -> Dual:
        if row["initial"] is not None and places == (0,):
            return self._of(self._tree(row["initial"]), {})
        at = dict(zip(row["parameters"], map(int, places), strict=True))
        return self._of(self._tree(row["body"]), at)

    def _of(self, node: ast.expr, at: Mapping[str, int]) -> Dual:
        if isinstance(node, ast.Constant):
            return Fraction(node.value), Fraction(0)
        if isinstance(node, ast.Name):
            return self._name(node.id, at)
        if isinstance(node, ast.UnaryOp):
            value, slope = self._of(node.operand, at)
            return -value, -slope
        if isinstance(node, ast.Subscript):
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return self.entry(node.value.id, tuple(self._of(p, at)[0] for p in places))  # type: ignore[attr-defined]
        if isinstance(node, ast.BinOp):
            return _joined(node.op, self._of(node.left, at), self._of(node.right, at))
        if isinstance(node, ast.Call):
            return self._called(node.func.id, node.args, at)  # type: ignore[attr-defined]
        raise ValueError(ast.dump(node))

    def _name(self, name: str, at: Mapping[str, int]) -> Dual:
        if name in at:
            return Fraction(at[name]), Fraction(0)
        if name in self.sizes:
            return Fraction(self.sizes[name]), Fraction(0)
        if self.ranks.get(name, 0) == 0 and name in self.signs:
            return self.entry(name, ())
        raise KeyError(name)

    def _called(self, word: str, args: list[ast.expr], at: Mapping[str, int]) -> Dual:
        if word == "sum":
            clause = args[0].generators[0]  # type: ignore[attr-defined]
            low, high = (int(self._of(end, at)[0]) for end in clause.iter.args)
            rows = [self._of(args[0].elt, {**at, clause.target.id: k}) for k in range(low, high + 1)]  # type: ignore[attr-defined]
            return sum((v for v, _ in rows), Fraction(0)), sum((s for _, s in rows), Fraction(0))
        if word == "sqrt":
            return _power(self._of(args[0], at), Fraction(1, 2))
        if word == "delta":
            left, right = (self._of(arg, at)[0] for arg in args)
            return Fraction(left == right), Fraction(0)
        if word == "diff":
            return self._slope(args[0], args[1], at), Fraction(0)
        raise ValueError(word)

    def _slope(self, body: ast.expr, by: ast.expr, at: Mapping[str, int]) -> Fraction:
        places: tuple[Any, ...] = ()
        if isinstance(by, ast.Subscript):
            given = by.slice.elts if isinstance(by.slice, ast.Tuple) else [by.slice]
            places = tuple(self._of(p, at)[0] for p in given)
        name = by.value.id if isinstance(by, ast.Subscript) else by.id  # type: ignore[attr-defined]
        kept, self.by = self.by, (name, *places)
        try:
            return self._of(body, at)[1]
        finally:
            self.by = kept


def _joined(op: ast.operator, left: Dual, right: Dual) -> Dual:
    (a, da), (b, db) = left, right
    if isinstance(op, ast.Add):
        return a + b, da + db
    if isinstance(op, ast.Sub):
        return a - b, da - db
    if isinstance(op, ast.Mult):
        return a * b, da * b + a * db
    if isinstance(op, ast.Div):
        return _joined(ast.Mult(), left, _power(right, Fraction(-1)))
    if isinstance(op, ast.Pow) and not db:
        return _power(left, b)
    raise ValueError(ast.dump(op))


def _power(base: Dual, exponent: Fraction) -> Dual:
    value, slope = base
    if exponent.denominator == 2:
        if value < 0 or (value == 0 and (exponent < 0 or slope)):
            raise NoValueError("a root of what is below 0, or its slope at 0")
        top = Fraction(isqrt(value.numerator * value.denominator * DIGITS**2), value.denominator * DIGITS)
        exact = Fraction(isqrt(value.numerator), isqrt(value.denominator))
        root = exact if exact * exact == value else top
        return _power((root, slope / (2 * root) if value else Fraction(0)), exponent * 2)
    if exponent.denominator != 1 or (value == 0 and exponent < 0):
        raise NoValueError("a power without a value")
    whole = int(exponent)
    return value**whole, (whole * value ** (whole - 1) * slope if slope and whole else Fraction(0))


def holds(found: Mapping[str, Any], seeds: range, largest: int = 4) -> int:
    """At how many points, with the needs met, a statement was evaluated; AssertionError where it is false."""
    left, relation, right = found["statement"]
    met = 0
    for seed in seeds:
        point = Point(found, seed, largest)
        if not _needs_hold(point, found["needs"]):
            continue
        for at in itertools.islice(point.free(left, right), 8):
            try:
                a, b = point.value(left, at), point.value(right, at)
            except NoValueError as error:
                raise AssertionError(
                    f"{left} {relation} {right} has no value at {at}, {point.sizes}: {error}"
                ) from error
            if not HOLDS[relation](a, b):
                raise AssertionError(f"{left} {relation} {right} is {a} against {b} at {at}, {point.sizes}")
            met += 1
    return met


def _needs_hold(point: Point, needs: list[list[str]]) -> bool:
    try:
        return all(
            HOLDS[condition.split()[0]](point.value(text, at), 0)
            for text, condition in needs
            for at in point.free(text)
        )
    except NoValueError:
        return False


def _free(text: str) -> set[str]:
    """The names that stand free in a text."""
    return _names(ast.parse(text.strip(), mode="eval").body, frozenset())


def _names(node: ast.AST, bound: frozenset[str]) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id} - bound
    if isinstance(node, ast.GeneratorExp):
        clause = node.generators[0]
        ends = set().union(*(_names(end, bound) for end in clause.iter.args))  # type: ignore[attr-defined]
        return ends | _names(node.elt, bound | {clause.target.id})  # type: ignore[attr-defined]
    return set().union(*(_names(child, bound) for child in ast.iter_child_nodes(node)))
