"""The text of formulas: a closed part of Python's expressions, parsed, never evaluated.

sum(x[i]*x[i] for i in span(1, m))/m    sqrt(v + eps)    delta(i, p)    diff(body, x[p])    a**2    _7
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword

from bnsym.proof.trusted.formula import HALF, MINUS, Formula, Refused, make, number

LENGTH = 100_000
TEXT = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*+|[0-9]{1,60}+(?![A-Za-z0-9_])|[ ,*/+()\[\]-])*+")
Names = Mapping[str, Formula | int]  # of a tensor: the number of its axes


def plain(name: object) -> bool:
    """True for a name that reads as itself: an ASCII word that is no `_k` and no keyword of Python."""
    if not isinstance(name, str) or not name.isascii() or not name.isidentifier():
        return False
    return not iskeyword(name) and not (name[0] == "_" and name[1:].isdecimal())


class Reader:
    """Reads texts over declared names; `_k` stands for the k-th of `shared`."""

    def __init__(self, names: Names, shared: Sequence[Formula] = ()) -> None:
        self.names, self.shared = names, shared

    def read(self, text: str) -> Formula:
        """The formula of a text."""
        if len(text) > LENGTH or not TEXT.fullmatch(text):
            raise Refused(f"a formula is {LENGTH} characters at most: words, short numbers and ,*/+-()[]")
        return self._read(ast.parse(text, mode="eval").body, self.names)

    def _read(self, node: ast.expr, names: Names) -> Formula:
        match node:
            case ast.Constant(value) if type(value) is int:
                return number(value)
            case ast.Name(name):
                return self._name(name, names.get(name))
            case ast.UnaryOp(ast.USub(), operand):
                return _negative(self._read(operand, names))
            case ast.BinOp(left, operation, right):
                return OPERATIONS[type(operation)](self._read(left, names), self._read(right, names))
            case ast.Subscript(ast.Name(name), places):
                parts = places.elts if isinstance(places, ast.Tuple) else [places]
                if names.get(name) == len(parts):
                    return make("entry", name, *(self._read(part, names) for part in parts))
            case ast.Call(ast.Name("sqrt"), [inner], []):
                return make("power", self._read(inner, names), HALF)
            case ast.Call(ast.Name("delta" | "diff" as word), [left, right], []):
                return make(word, self._read(left, names), self._read(right, names))
            case ast.Call(ast.Name("sum"), [ast.GeneratorExp(body, [clause])], []):
                return self._sum(body, clause, names)
        raise Refused(f"{type(node).__name__} is no part of a formula, or a name is not declared like that")

    def _name(self, name: str, found: Formula | int | None) -> Formula:
        if isinstance(found, Formula):
            return found
        if found == 0:
            return make("entry", name)
        if plain(name) or int(name[1:]) >= len(self.shared):
            raise Refused(f"{name!r} is not declared, or stands for no formula before it")
        return self.shared[int(name[1:])]

    def _sum(self, body: ast.expr, clause: ast.comprehension, names: Names) -> Formula:
        match clause:
            case ast.comprehension(ast.Name(name), ast.Call(ast.Name("span"), [low, high], []), [], 0):
                known = self.names.get(name)
                if plain(name) and (known is None or (isinstance(known, Formula) and known.kind == "index")):
                    index = make("index", name, self._read(low, names), self._read(high, names))
                    return make("sum", index, self._read(body, {**names, name: index}))
        raise Refused("a sum is written sum(body for i in span(low, high)), where i names nothing else")


def _negative(found: Formula) -> Formula:
    return number(-found.parts[0]) if found.kind == "number" else make("mul", MINUS, found)


def _quotient(left: Formula, right: Formula) -> Formula:
    if left.kind == right.kind == "number" and right.parts[0]:
        return number(left.parts[0] / right.parts[0])
    return make("mul", left, make("power", right, MINUS))


OPERATIONS: Mapping[type[ast.operator], Callable[[Formula, Formula], Formula]] = {
    ast.Add: lambda left, right: make("add", left, right),
    ast.Sub: lambda left, right: make("add", left, make("mul", MINUS, right)),
    ast.Mult: lambda left, right: make("mul", left, right),
    ast.Div: _quotient,
    ast.Pow: lambda left, right: make("power", left, right),
}
