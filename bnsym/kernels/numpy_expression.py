"""Prints one plan step as NumPy: every array keeps x's number of axes, so that steps broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bnsym.errors import UnsupportedTermError
from bnsym.terms.nodes import (
    Definition,
    Delta,
    Entry,
    Index,
    Number,
    Partial,
    Power,
    Size,
    Sum,
    Symbol,
    Term,
    number,
)
from bnsym.terms.text import ATOM, PRODUCT, SUM, TextForm, Written


class NumPyForm(TextForm):
    """Terms as NumPy expressions.

    `axes` names the variable that holds each index's axes; `names` the variables of tensors and scalars
    that are called otherwise in the module.
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
        if isinstance(term, Index):
            raise UnsupportedTermError(
                f"the index {term.name} stands for a number; no kernel is printed for that"
            )
        return self.names.get(term.name, term.name), ATOM

    def entry(self, term: Entry) -> Written:
        """An array by its name: its indices are told by its shape."""
        return self.names.get(term.tensor.name, term.tensor.name), ATOM

    def sum(self, term: Sum) -> Written:
        """A sum over one index's axes, or over nested ones."""
        if term.index not in self.axes:
            raise UnsupportedTermError(f"no kernel is printed for a sum over {term.index.name}")
        return f"np.sum({self.line(term.body)}, axis={self.axes[term.index]}, keepdims=True)", ATOM

    def root(self, radicand: Term) -> Written:
        """np.sqrt."""
        return f"np.sqrt({self.line(radicand)})", ATOM

    def power(self, term: Power) -> Written:
        """Squares by np.square; the rest as Python has it."""
        if term.exponent is number(2):
            return f"np.square({self.line(term.base)})", ATOM
        return super().power(term)

    def delta(self, term: Delta) -> Written:
        """No kernel holds one."""
        raise UnsupportedTermError("no kernel is printed for Kronecker's delta")

    def partial(self, term: Partial) -> Written:
        """No kernel holds one."""
        raise UnsupportedTermError("no kernel is printed for a derivative that is not carried out")


def statement(step: Definition, form: NumPyForm) -> str:
    """`name = expression`."""
    return f"{step.tensor.name} = {form.line(step.body)}"
