"""A scope: definitions in order, and the reader that gives each name one meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from bnsym.errors import ScopeError, UsageError
from bnsym.terms.from_sympy import NAME, Reader
from bnsym.terms.nodes import ONE, Definition, Index, Sign, Size, Tensor, Term
from bnsym.terms.nodes import subtract as difference
from bnsym.terms.surface import Tensor as TensorBase
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices


class Scope:
    """Definitions that claims and layers are written over; written and read as SymPy."""

    def __init__(self) -> None:
        self.definitions: dict[str, Definition] = {}
        self.reader = Reader(self.definitions)

    def define(self, name: str, *arguments: Any, eq: str = "") -> Any:
        """name[indices] := body; returns the SymPy object to write it with.

        `define("mu", j, Sum(x[i, j], i)/m, eq="1.2")` gives an array mu, used as mu[j];
        `define("total", Sum(x[i], i))` gives a scalar.  `eq` is the equation's number in its document.
        Raises ScopeError where the body holds an index that is neither bound nor a parameter.
        """
        if not arguments:
            raise UsageError(f"define({name!r}): give a body, after the indices if there are any")
        *indices, body = arguments
        self._check_name(name)
        parameters = tuple(self.reader.read_index(index) for index in indices)
        term = self.reader.read(body)
        self._check_scope(name, parameters, term)
        self._check_unused(name)
        lengths = tuple(_length(index) for index in indices)
        tensor = Tensor(name, tuple(self.reader.read(axis) for axis in lengths), Sign.REAL)
        self.definitions[name] = Definition(tensor, parameters, term, eq)
        if not indices:
            return sympy.Symbol(name, real=True)
        return TensorBase(name, shape=lengths, real=True)

    def recurrence(self, name: str, step: Any, initial: Any, body: Any, eq: str = "") -> Any:
        """A sequence: name[0] := initial, and name[t] := body for t >= 1, where body may hold name[t - 1].

        `step` is a size, t; write name[t - 1] in the body with `tensor(name, sympy.oo)`.  Returns that array.
        """
        self._check_name(name)
        base = TensorBase(name, shape=(sympy.oo,), real=True)
        count = self.reader.read(step)
        if not isinstance(count, Size):
            raise UsageError(
                f"recurrence({name!r}, {step}, ...): the step is counted by a size, such as size('t')"
            )
        term, first = self.reader.read(body), self.reader.read(initial)
        self._check_scope(name, (), term)
        tensor = self.reader.read_tensor(base, 1)
        self.definitions[name] = Definition(tensor, (count,), term, eq, initial=first)
        return base

    def read(self, expression: Any) -> Term:
        """The term of a SymPy expression over this scope."""
        return self.reader.read(expression)

    def _check_name(self, name: object) -> None:
        if not isinstance(name, str) or not NAME.match(name):
            raise UsageError(f"define({name!r}, ...): a name is letters, digits and underscores")
        if name in self.definitions:
            raise UsageError(
                f"define({name!r}, ...): {name} is defined already; give the second one a new name"
            )

    def _check_unused(self, name: str) -> None:
        if self.reader.knows(name):
            raise UsageError(
                f"define({name!r}, ...): {name} stands for something else already (in this body, or before); "
                "define a name before it is used, and give new things new names"
            )

    def _check_scope(self, name: str, parameters: Sequence[Index], body: Term) -> None:
        loose = sorted(index.name for index in free_indices(body) - set(parameters))
        if loose:
            raise ScopeError(
                f"define({name!r}, ...): {', '.join(loose)} is free in the body {text(body)}; bind it with a "
                f"Sum, or make it a parameter: define({name!r}, {', '.join(loose)}, ...)"
            )


def _length(index: sympy.Idx) -> Any:
    return sympy.expand(index.upper - index.lower + 1) if index.lower != 1 else index.upper


def length_of(index: Index) -> Term:
    """The number of positions of an index."""
    return index.high if index.low is ONE else difference(index.high, difference(index.low, ONE))
