"""Prints one plan step as NumPy: every array keeps x's number of axes, so that steps broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bnsym.terms.nodes import Add, Definition, Entry, Index, Number, Power, Size, Sum, Symbol, Term, number
from bnsym.terms.text import ATOM, PRODUCT, SUM, TextForm, Written, split_sign

LINE = 110


class NumPyForm(TextForm):
    """Terms of a well-formed plan as NumPy expressions.

    `axes` names the variable that holds each index's axes; `names` the variables of tensors and scalars.
    """

    times: ClassVar[str] = " * "
    over: ClassVar[str] = " / "

    def __init__(self, axes: Mapping[Index, str], names: Mapping[str, str]) -> None:
        self.axes = axes
        self.names = names

    def number(self, term: Number) -> Written:
        """A Python number; a fraction is printed as a division."""
        value = term.value
        tightness = PRODUCT if value.denominator != 1 else ATOM
        written = (
            str(value.numerator) if value.denominator == 1 else f"{value.numerator} / {value.denominator}"
        )
        return written, tightness if value >= 0 else SUM

    def name(self, term: Symbol | Size | Index) -> Written:
        """A scalar or size, by its name in the module."""
        return self.names.get(term.name, term.name), ATOM

    def entry(self, term: Entry) -> Written:
        """An array by its name: its indices are told by its shape."""
        return self.names[term.tensor.name], ATOM

    def sum(self, term: Sum) -> Written:
        """A sum over one index's axes, or over all axes of x."""
        return f"np.sum({self._summed(term)})", ATOM

    def _summed(self, term: Sum) -> str:
        if isinstance(term.body, Sum):
            return f"{self.line(term.body.body)}, keepdims=True"
        return f"{self.line(term.body)}, axis={self.axes[term.index]}, keepdims=True"

    def add(self, term: Add) -> Written:
        """Terms with their signs, in the plan's order."""
        return " ".join(self._signed(term)), SUM

    def _signed(self, term: Term) -> list[str]:
        terms = term.terms if isinstance(term, Add) else (term,)
        first, *rest = [(sign, self.held(part, PRODUCT)) for sign, part in map(split_sign, terms)]
        return [("-" if first[0] == "-" else "") + first[1], *(f"{sign} {part}" for sign, part in rest)]

    def root(self, radicand: Term) -> Written:
        """np.sqrt."""
        return f"np.sqrt({self.line(radicand)})", ATOM

    def power(self, term: Power) -> Written:
        """Squares by np.square; the rest as Python has it."""
        if term.exponent is number(2):
            return f"np.square({self.line(term.base)})", ATOM
        return super().power(term)

    def statement(self, step: Definition, indent: int) -> list[str]:
        """`name = expression`, on several lines where one would be too long."""
        head, body = f"{self.names[step.tensor.name]} = ", step.body
        whole = self.line(body)
        if indent + len(head) + len(whole) <= LINE:
            return [head + whole]
        if isinstance(body, Sum):
            return [f"{head}np.sum(", f"    {self._summed(body)}", ")"]
        split = isinstance(body, Add) and indent + 4 + len(whole) > LINE
        lines = self._signed(body) if split else [whole]
        return [f"{head}(", *(f"    {line}" for line in lines), ")"]
