"""Which plans a backend prints: steps over x's own axes, in an order in which they can run.

A kernel's arrays have no indices; each stands where its equation has it only if every entry is taken at the
layer's own generic position, and every sum is over what its body depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bnsym.errors import InternalError, UnsupportedTermError
from bnsym.kernels.plan import Function
from bnsym.layers.layer import Layer
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
    Tensor,
    Term,
)
from bnsym.terms.text import definition_text, text
from bnsym.terms.walk import free_indices


def check_parameters(layer: Layer) -> None:
    """A kernel takes x and arrays over the channels.  Raises UnsupportedTermError for others."""
    for tensor in layer.parameters:
        if tensor.shape != (layer.channel.high,):
            shape = ", ".join("oo" if axis is None else text(axis) for axis in tensor.shape)
            raise UnsupportedTermError(
                f"no kernel for {layer.name}: its parameter {tensor.name} has shape ({shape}); a kernel's "
                f"parameters have one entry a channel, shape ({text(layer.channel.high)})"
            )


def check_function(layer: Layer, function: Function, scalars: Iterable[Symbol]) -> None:
    """Every step can be printed, and can run after those before it.

    Raises UnsupportedTermError for a term that has no kernel, InternalError for steps out of order.
    """
    known = {tensor.name: tensor for tensor in function.inputs}
    checker = _Checker(layer, frozenset(scalars))
    for step in function.steps:
        checker.step(step, known)
        known[step.tensor.name] = step.tensor
    missing = [name for name in function.outputs if name not in known]
    if missing:
        raise InternalError(f"{layer.name}.{function.name}: no step makes {', '.join(missing)}")


class _Checker:
    def __init__(self, layer: Layer, scalars: frozenset[Symbol]) -> None:
        self.layer = layer
        self.place = (layer.row, layer.channel)
        self.scalars = scalars

    def step(self, step: Definition, known: Mapping[str, Tensor]) -> None:
        """One step over the arrays that are known before it."""
        self.shown = definition_text(step)
        self.known = known
        if step.tensor.name in known:
            raise InternalError(f"{self.layer.name}: {step.tensor.name} is made twice: {self.shown}")
        self.term(step.body)
        if free_indices(step.body) != set(step.parameters):
            self.refuse("it is the same along an axis of what it fills")

    def refuse(self, reason: str) -> None:
        """No kernel for this step."""
        raise UnsupportedTermError(f"no kernel for {self.layer.name}: {reason} (in {self.shown})")

    def term(self, term: Term) -> None:
        """Each term by its kind."""
        _RULES[type(term)](self, term)

    def leaf(self, term: Number | Size) -> None:
        """A number, or one of the two sizes."""
        if isinstance(term, Size) and term not in (index.high for index in self.place):
            self.refuse(f"the size {term.name} is no axis of x")

    def symbol(self, term: Symbol) -> None:
        """A scalar that the function takes."""
        if term not in self.scalars:
            self.refuse(f"the scalar {term.name} is not given; a layer's only scalar is epsilon")

    def index(self, term: Index) -> None:
        """An index used as a number."""
        self.refuse(f"the index {term.name} stands for a number")

    def entry(self, term: Entry) -> None:
        """An array that is there, at its own generic position."""
        if self.known.get(term.tensor.name) is not term.tensor:
            raise InternalError(
                f"{self.layer.name}: {term.tensor.name} is used before it is made: {self.shown}"
            )
        own = tuple(index for index in self.place if index.high in term.tensor.shape)
        if term.indices != own:
            self.refuse(f"{text(term)} is not taken at the position of x[n, c]")

    def operation(self, term: Add | Mul) -> None:
        """A sum of terms, a product of factors."""
        for part in term.terms if isinstance(term, Add) else term.factors:
            self.term(part)

    def power(self, term: Power) -> None:
        """A power with a number for its exponent."""
        if not isinstance(term.exponent, Number):
            self.refuse(f"the exponent of {text(term)} is no number")
        self.term(term.base)

    def sum(self, term: Sum) -> None:
        """A sum over rows or channels, of what depends on them."""
        if term.index not in self.place or term.index not in free_indices(term.body):
            self.refuse(f"{text(term)} is no sum over rows or channels of x")
        self.term(term.body)

    def other(self, term: Delta | Partial) -> None:
        """A delta picks single entries; a derivative should have been carried out."""
        self.refuse(f"{text(term)} picks single entries out of an array")


_RULES: dict[type[Term], Callable[[_Checker, Any], None]] = {
    Number: _Checker.leaf,
    Size: _Checker.leaf,
    Symbol: _Checker.symbol,
    Index: _Checker.index,
    Entry: _Checker.entry,
    Add: _Checker.operation,
    Mul: _Checker.operation,
    Power: _Checker.power,
    Sum: _Checker.sum,
    Delta: _Checker.other,
    Partial: _Checker.other,
}
