"""Reads formulas from text: a closed subset of Python's expressions, parsed, never evaluated.

sum(x[i]*x[i] for i in span(1, m))/m    sqrt(v + eps)    delta(i, p)    diff(body, x[p])    a**2    _7
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from keyword import iskeyword
from typing import Any

from bnsym.proof.trusted.formula import HALF, MINUS, Formula, Refused, joined, make, number

LENGTH, DIGITS = 100_000, 60
TEXT = re.compile(r"[A-Za-z0-9_ .,*/+()\[\]-]*\Z")
NUMBER = re.compile(r"(?<![A-Za-z0-9_])[0-9]+(?![0-9])")
NAME = re.compile(r"(?!_[0-9]+\Z)[A-Za-z_][A-Za-z0-9_]*\Z")
_JOINS = {ast.Add: ("add", ()), ast.Sub: ("add", (MINUS,)), ast.Mult: ("mul", ()), ast.Div: ("mul", None)}


class Reader:
    """Reads texts over declared names; `_k` stands for the k-th of `shared`."""

    def __init__(
        self, names: Mapping[str, Formula], ranks: Mapping[str, int], shared: Sequence[Formula]
    ) -> None:
        self.names = names
        self.ranks = ranks
        self.shared = shared

    def read(self, text: object) -> Formula:
        """The formula of a text."""
        if not isinstance(text, str) or len(text) > LENGTH or not TEXT.match(text):
            raise Refused(
                f"a formula is a text of at most {LENGTH} characters: letters, digits and _ .,*/+-()[]"
            )
        for run in NUMBER.finditer(text):
            if len(run.group()) > DIGITS or text[run.end() : run.end() + 1].replace("_", "a").isalpha():
                raise Refused(f"a number is written in at most {DIGITS} digits and nothing else")
        try:
            return self._read(ast.parse(text, mode="eval").body, {})
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise Refused(f"{text[:40]!r} is no formula") from error

    def _read(self, node: ast.expr, bound: Mapping[str, Formula]) -> Formula:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return number(Fraction(node.value))
        if isinstance(node, ast.Name):
            return self._name(node.id, bound)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self._read(node.operand, bound)
            return number(-inner.parts[0]) if inner.kind == "number" else joined("mul", MINUS, inner)
        if isinstance(node, ast.BinOp):
            return self._operation(node, bound)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return self._entry(node.value.id, node.slice, bound)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node.func.id, node.args, bound)
        raise Refused(f"{type(node).__name__} is no part of a formula")

    def _operation(self, node: ast.BinOp, bound: Mapping[str, Formula]) -> Formula:
        left, right = self._read(node.left, bound), self._read(node.right, bound)
        if isinstance(node.op, ast.Pow):
            return make("power", left, right)
        kind, sign = _JOINS.get(type(node.op), ("", ()))
        if not kind:
            raise Refused(f"{type(node.op).__name__} is no operation of formulas")
        if sign is None and left.kind == right.kind == "number" and right.parts[0]:
            return number(left.parts[0] / right.parts[0])
        if sign is None:
            return joined("mul", left, make("power", right, MINUS))
        return joined(kind, left, joined("mul", *sign, right) if sign else right)

    def _name(self, name: str, bound: Mapping[str, Formula]) -> Formula:
        if name[0] == "_" and name[1:].isdecimal():
            if int(name[1:]) >= len(self.shared):
                raise Refused(f"{name} stands for no formula before it")
            return self.shared[int(name[1:])]
        if self.ranks.get(name) == 0:
            return make("entry", name)
        found = bound.get(name, self.names.get(name))
        if found is None:
            raise Refused(f"{name!r} is not declared")
        return found

    def _entry(self, name: str, places: ast.expr, bound: Mapping[str, Formula]) -> Formula:
        given = places.elts if isinstance(places, ast.Tuple) else [places]
        if self.ranks.get(name) != len(given):
            raise Refused(f"{name!r} is not declared to take {len(given)} positions")
        return make("entry", name, *(self._read(place, bound) for place in given))

    def _call(self, word: str, args: list[ast.expr], bound: Mapping[str, Formula]) -> Formula:
        if word == "sum" and len(args) == 1 and isinstance(args[0], ast.GeneratorExp):
            return self._sum(args[0], bound)
        parts = [self._read(arg, bound) for arg in args]
        if word == "sqrt" and len(parts) == 1:
            return make("power", parts[0], HALF)
        if word in ("delta", "diff") and len(parts) == 2:
            return make(word, *parts)
        raise Refused(f"{word!r} of {len(parts)} is no formula; there are sum, sqrt, delta and diff")

    def _sum(self, node: ast.GeneratorExp, bound: Mapping[str, Formula]) -> Formula:
        clause: Any = node.generators[0]
        span = clause.iter
        simple = len(node.generators) == 1 and not clause.ifs and not clause.is_async
        simple = simple and isinstance(clause.target, ast.Name)
        span_called = isinstance(span, ast.Call) and ast.unparse(span.func) == "span" and len(span.args) == 2
        span_called = span_called and not span.keywords
        if not simple or not span_called:
            raise Refused("a sum is written sum(body for i in span(low, high))")
        name = clause.target.id
        if name in self.ranks or not plain(name) or (name in self.names and self.names[name].kind != "index"):
            raise Refused(f"{name!r} cannot name a sum's index")
        index = make("index", name, *(self._read(end, bound) for end in span.args))
        return make("sum", index, self._read(node.elt, {**bound, name: index}))


def plain(name: object) -> bool:
    """True for a name that reads as itself: an ASCII word that is no `_k` and no keyword of Python."""
    return isinstance(name, str) and NAME.match(name) is not None and not iskeyword(name)
