"""Between the prover's terms and the formulas of certificates, and the text of formulas."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bnsym.proof.trusted.formula import MINUS, Formula, make, number
from bnsym.terms import nodes
from bnsym.terms.nodes import Index, Sign, Size, Symbol, Tensor, Term

_KINDS = {
    nodes.Add: "add",
    nodes.Mul: "mul",
    nodes.Power: "power",
    nodes.Delta: "delta",
    nodes.Partial: "diff",
}


def to_formula(term: Term) -> Formula:
    """The formula of a term."""
    match term:
        case nodes.Number(value):
            return number(value)
        case Symbol(name):
            return make("scalar", name)
        case Size(name):
            return make("size", name)
        case Index(name, low, high):
            return make("index", name, to_formula(low), to_formula(high))
        case nodes.Entry(tensor, indices):
            return make("entry", tensor.name, *map(to_formula, indices))
        case nodes.Sum(index, body):
            return make("sum", to_formula(index), to_formula(body))
        case nodes.Add(parts) | nodes.Mul(parts):
            kind = _KINDS[type(term)]
            return make(kind, *map(to_formula, parts))
        case nodes.Power(left, right) | nodes.Delta(left, right) | nodes.Partial(left, right):
            return make(_KINDS[type(term)], to_formula(left), to_formula(right))
    raise TypeError(type(term).__name__)


def to_term(formula: Formula, tensors: Mapping[str, Tensor], names: Mapping[str, Term]) -> Term:
    """The term of a formula; `names` are the scalars and sizes."""

    def back(part: Formula) -> Term:
        return to_term(part, tensors, names)

    parts = formula.parts
    if formula.kind == "number":
        return nodes.number(parts[0])
    if formula.kind in ("scalar", "size"):
        return names[parts[0]]
    if formula.kind == "index":
        return Index(parts[0], back(parts[1]), back(parts[2]))
    if formula.kind == "entry":
        tensor = tensors.get(parts[0]) or Tensor(parts[0], (None,) * (len(parts) - 1), Sign.REAL)
        return nodes.Entry(tensor, tuple(map(back, parts[1:])))
    if formula.kind in ("add", "mul"):
        made: Term = (nodes.Add if formula.kind == "add" else nodes.Mul)(tuple(map(back, parts)))
        return made
    found: Term = _CLASSES[formula.kind](back(parts[0]), back(parts[1]))
    return found


_CLASSES: dict[str, Any] = {
    "power": nodes.Power,
    "delta": nodes.Delta,
    "diff": nodes.Partial,
    "sum": nodes.Sum,
}


class Library:
    """Texts of formulas, with long ones shared: each distinct one is written once, as `_k`."""

    shared = True

    def __init__(self, declared: set[Formula]) -> None:
        self.declared = declared  # indices that stand for themselves outside their sums
        self.texts: list[str] = []
        self._numbers: dict[Formula, int] = {}

    def text(self, formula: Formula) -> str:
        """The text of a formula, which reads back to it."""
        return self._text(formula, 0)

    def _text(self, formula: Formula, least: int) -> str:
        if formula in self._numbers:
            return f"_{self._numbers[formula]}"
        written, tightness = self._write(formula)
        if (
            self.shared
            and len(written) > SHARED
            and formula.free <= self.declared
            and formula.kind != "index"
        ):
            self._numbers[formula] = len(self.texts)
            self.texts.append(written)
            return f"_{self._numbers[formula]}"
        return written if tightness >= least else f"({written})"

    def _write(self, formula: Formula) -> tuple[str, int]:
        parts = formula.parts
        match formula.kind:
            case "number":
                return _number(parts[0])
            case "scalar" | "size" | "index":
                return parts[0], ATOM
            case "entry":
                places = ", ".join(self._text(part, 0) for part in parts[1:])
                return f"{parts[0]}[{places}]" if places else parts[0], ATOM
            case "add":
                return self._add(parts), 0
            case "mul":
                return self._mul(parts), PRODUCT
            case "power" if parts[1].kind == "number" and parts[1].parts[0] == Fraction(1, 2):
                return f"sqrt({self._text(parts[0], 0)})", ATOM
            case "power":
                return f"{self._text(parts[0], ATOM)}**{self._text(parts[1], ATOM)}", POWER
            case "sum":
                _, low, high = parts[0].parts
                span = f"span({self._text(low, 0)}, {self._text(high, 0)})"
                return f"sum({self._text(parts[1], 0)} for {parts[0].parts[0]} in {span})", ATOM
        return f"{formula.kind}({self._text(parts[0], 0)}, {self._text(parts[1], 0)})", ATOM

    def _add(self, parts: tuple[Formula, ...]) -> str:
        written = self._text(parts[0], PRODUCT)
        for part in parts[1:]:
            negated = part.kind == "mul" and part.parts[0] is MINUS and part.parts[1].kind != "number"
            rest = make("mul", *part.parts[1:]) if negated else part
            written += f" {'-' if negated else '+'} {self._text(rest, PRODUCT)}"
        return written

    def _mul(self, parts: tuple[Formula, ...]) -> str:
        written = self._text(parts[0], POWER)
        for part in parts[1:]:
            below = part.kind == "power" and part.parts[1] is MINUS and part.parts[0].kind != "number"
            written += f"/{self._text(part.parts[0], POWER)}" if below else f"*{self._text(part, POWER)}"
        return written


PRODUCT, POWER, ATOM = 1, 2, 3
SHARED = 24  # texts longer than this are shared


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1 and value >= 0:
        return str(value), ATOM
    return f"({value})", ATOM
