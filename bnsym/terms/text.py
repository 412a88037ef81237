"""The text form of terms: what messages, tables, headers and certificates show."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Partial,
    Power,
    Size,
    Sum,
    Symbol,
    Term,
    mul,
    number,
)

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a text holds together
Written = tuple[str, int]
_HALF = number(Fraction(1, 2))


def text(term: Term) -> str:
    """One line, in Python's notation, with `sum(body, i=1..m)` for a sum."""
    return TextForm().line(term)


def definition_text(definition: Definition) -> str:
    """`mean[c] = sum(x[n, c], n=1..N)/N`; a recurrence begins with its start."""
    first = (
        "" if definition.initial is None else f"{definition.tensor.name}[0] = {text(definition.initial)}, "
    )
    return f"{first}{text(definition.entry)} = {text(definition.body)}"


class TextForm:
    """Writes terms; a backend changes the leaves and the signs of operations, never the brackets."""

    times: ClassVar[str] = "*"
    over: ClassVar[str] = "/"

    def line(self, term: Term) -> str:
        """The term's text."""
        return self.write(term)[0]

    def write(self, term: Term) -> Written:
        """The text and how tightly it holds together."""
        return _RULES[type(term)](self, term)

    def held(self, term: Term, least: int) -> str:
        """The text, in brackets if it holds less tightly than is needed."""
        written, tightness = self.write(term)
        return written if tightness >= least else f"({written})"

    # -- leaves -----------------------------------------------------------------------------------

    def number(self, term: Number) -> Written:
        """An exact rational."""
        whole = term.value.denominator == 1
        return str(term.value), (ATOM if whole else PRODUCT) if term.value >= 0 else SUM

    def name(self, term: Symbol | Size | Index) -> Written:
        """A scalar, size or index."""
        return term.name, ATOM

    def entry(self, term: Entry) -> Written:
        """tensor[indices]."""
        places = ", ".join(map(self.line, term.indices))
        return term.tensor.name + (f"[{places}]" if places else ""), ATOM

    def sum(self, term: Sum) -> Written:
        """sum(body, i=1..m)."""
        index = term.index
        span = f"{index.name}={self.line(index.low)}..{self.line(index.high)}"
        return f"sum({self.line(term.body)}, {span})", ATOM

    def delta(self, term: Delta) -> Written:
        """delta(i, j)."""
        return f"delta({self.line(term.left)}, {self.line(term.right)})", ATOM

    def partial(self, term: Partial) -> Written:
        """d(body)/d(x[p])."""
        return f"d({self.line(term.body)})/d({self.line(term.wrt)})", ATOM

    def root(self, radicand: Term) -> Written:
        """sqrt(radicand)."""
        return f"sqrt({self.line(radicand)})", ATOM

    # -- operations -------------------------------------------------------------------------------

    def add(self, term: Add) -> Written:
        """Terms with their signs."""
        out = ""
        for part in sorted(term.terms, key=lambda part: isinstance(part, Number)):
            sign, rest = split_sign(part)
            out += f" {sign} " if out else ("-" if sign == "-" else "")
            out += self.held(rest, PRODUCT)
        return out or "0", SUM

    def mul(self, term: Mul) -> Written:
        """Factors above and below one line."""
        sign, rest = split_sign(term)
        factors = rest.factors if isinstance(rest, Mul) else (rest,)
        above = [self.held(factor, POWER) for factor in factors if not _is_below(factor)]
        below = [self.held(_inverted(factor), POWER) for factor in factors if _is_below(factor)]
        top = self.times.join(above) or "1"
        bottom = self.times.join(below) if len(below) == 1 else f"({self.times.join(below)})"
        written = f"{top}{self.over}{bottom}" if below else top
        return (f"-{written}", SUM) if sign == "-" else (written, PRODUCT)

    def power(self, term: Power) -> Written:
        """Powers, roots and inverses."""
        if _is_below(term):
            return f"1{self.over}{self.held(_inverted(term), POWER)}", PRODUCT
        if term.exponent is _HALF:
            return self.root(term.base)
        return f"{self.held(term.base, ATOM)}**{self.held(term.exponent, ATOM)}", POWER


def split_sign(term: Term) -> tuple[str, Term]:
    """A leading minus, and the term without it."""
    if isinstance(term, Number) and term.value < 0:
        return "-", number(-term.value)
    if isinstance(term, Mul) and isinstance(term.factors[0], Number) and term.factors[0].value < 0:
        return "-", mul(number(-term.factors[0].value), *term.factors[1:])
    return "+", term


def _is_below(factor: Term) -> bool:
    return isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0


def _inverted(factor: Term) -> Term:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        exponent = -factor.exponent.value
        return factor.base if exponent == 1 else Power(factor.base, number(exponent))
    return factor


_RULES: dict[type[Term], Callable[[TextForm, Any], Written]] = {
    Number: lambda form, term: form.number(term),
    Symbol: lambda form, term: form.name(term),
    Size: lambda form, term: form.name(term),
    Index: lambda form, term: form.name(term),
    Entry: lambda form, term: form.entry(term),
    Add: lambda form, term: form.add(term),
    Mul: lambda form, term: form.mul(term),
    Power: lambda form, term: form.power(term),
    Sum: lambda form, term: form.sum(term),
    Delta: lambda form, term: form.delta(term),
    Partial: lambda form, term: form.partial(term),
}
