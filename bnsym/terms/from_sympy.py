"""SymPy expressions in: read as they stand, each kind by its rule, anything else refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

import sympy

from bnsym.errors import ScopeError, SizeError, UndeclaredIndexError, UnsupportedTermError
from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Partial,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Tensor,
    Term,
    number,
    power,
)
from bnsym.terms.surface import Derivative, exact
from bnsym.terms.surface import Size as SizeSymbol
from bnsym.terms.text import text
from bnsym.terms.to_sympy import to_sympy
from bnsym.terms.walk import subterms

NAME = re.compile(r"[^\W\d]\w*\Z")

Bound = Mapping[sympy.Basic, Index]
Named = TypeVar("Named", Tensor, Index, Size, Symbol)


class Reader:
    """Reads expressions of one derivation: its definitions, and one meaning for each name."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions
        self._meanings: dict[str, Any] = {}
        self._bound: set[str] = set()

    def read(self, expression: Any) -> Term:
        """The term of a SymPy expression (or a number)."""
        return self.term(exact(expression), {})

    def read_index(self, index: Any) -> Index:
        """A declared index, as a parameter of a definition."""
        if not isinstance(index, sympy.Idx) or index.lower is None:
            raise UndeclaredIndexError(f"{index} is no index with a range; declare index({str(index)!r}, m)")
        return self._index(index)

    def read_tensor(self, base: sympy.IndexedBase, rank: int) -> Tensor:
        """A tensor with its axes."""
        shape = base.shape if base.shape is not None else (sympy.oo,) * rank
        axes = tuple(None if axis is sympy.oo else self.term(axis, {}) for axis in shape)
        name = self._name(base)
        return self._once(Tensor(name, axes, _sign(name, base.assumptions0)))

    def term(self, expression: sympy.Basic, bound: Bound) -> Term:
        """The term of an expression whose bound indices are given."""
        for kind, rule in _RULES:
            if isinstance(expression, kind):
                return rule(self, expression, bound)
        known = ", ".join(sorted(kind.__name__ for kind, _ in _RULES))
        raise UnsupportedTermError(
            f"{type(expression).__name__} in {expression}: bnsym reads {known}; write it with these"
        )

    def _name(self, what: Any) -> str:
        name = str(getattr(what, "name", what))
        if not NAME.match(name):
            raise UnsupportedTermError(f"the name {name!r}: use letters, digits and underscores")
        return name

    def introduce(self, terms: Iterable[Term]) -> None:
        """Take over what the names in terms of another scope stand for."""
        for term in terms:
            for node in subterms(term):
                match node:
                    case Entry(tensor, _) if tensor.shape:
                        self._once(tensor)
                    case Index(_, low, high):
                        self._once(node)
                        self.introduce((low, high))
                    case Size():
                        self._once(node)
                    case Symbol():
                        self._once(node)

    def meaning(self, name: str) -> Any:
        """What a name stands for, or None."""
        return self._meanings.get(name)

    def knows(self, name: str) -> bool:
        """True when the name was read before."""
        return name in self._meanings

    def _once(self, node: Named) -> Named:
        """One name has one meaning in a derivation."""
        if node.name in self._bound and not isinstance(node, Index):
            raise SizeError(
                f"the name {node.name} is an index of a sum and also {describe(node)}; rename one"
            )
        first: object = self._meanings.setdefault(node.name, node)
        if first is not node:
            raise SizeError(
                f"the name {node.name} is used for two things: {describe(first)} and {describe(node)}; "
                "rename one"
            )
        return node

    def _index(self, index: sympy.Idx) -> Index:
        low, high = self.term(exact(index.lower), {}), self.term(exact(index.upper), {})
        return self._once(Index(self._name(index), low, high))

    # -- leaves -----------------------------------------------------------------------------------

    def symbol(self, symbol: sympy.Symbol, bound: Bound) -> Term:
        """A bound index, a defined scalar, a size or a scalar."""
        if symbol in bound:
            return bound[symbol]
        name = self._name(symbol)
        definition = self.definitions.get(name)
        if definition is not None and definition.parameters:
            raise SizeError(f"{name} is defined over indices; write it as {text(definition.entry)}")
        if definition is not None:
            return definition.entry
        if isinstance(symbol, SizeSymbol):
            return self._once(Size(name, symbol.least))
        if symbol.is_integer and symbol.is_positive:
            _sign(name, symbol.assumptions0)
            return self._once(Size(name, 1))
        if symbol.is_integer:
            raise UndeclaredIndexError(
                f"the integer {name} is neither a size nor an index: "
                f"declare size({name!r}) or index({name!r}, m)"
            )
        return self._once(Symbol(name, _sign(name, symbol.assumptions0)))

    def idx(self, index: sympy.Idx, bound: Bound) -> Term:
        """A bound index or a declared free one, which stands for every position."""
        if index in bound:
            return bound[index]
        if index.lower is None:
            raise UndeclaredIndexError(f"the index {index} has no range; declare index({str(index)!r}, m)")
        return self._index(index)

    def indexed(self, entry: sympy.Indexed, bound: Bound) -> Term:
        """An entry; its indices are declared or bound, and fit the axes."""
        tensor = self.read_tensor(entry.base, len(entry.indices))
        if len(tensor.shape) != len(entry.indices):
            raise SizeError(f"{entry}: {tensor.name} has {len(tensor.shape)} axes, not {len(entry.indices)}")
        indices = []
        for axis, (length, where) in enumerate(zip(_lengths(entry), entry.indices, strict=True)):
            self._check_bound(entry, where, bound)
            indices.append(self.term(where, bound))
            self._check_axis(entry, axis, length, where, bound)
        return Entry(tensor, tuple(indices))

    def _check_bound(self, entry: sympy.Indexed, where: sympy.Expr, bound: Bound) -> None:
        for symbol in where.atoms(sympy.Symbol):
            if symbol in bound or (symbol.is_integer and symbol.is_positive):
                continue
            if any(index.label == symbol and index.lower is not None for index in where.atoms(sympy.Idx)):
                continue
            if any(symbol in (other, getattr(other, "label", None)) for other in bound):
                continue
            raise ScopeError(
                f"the index {symbol} in {entry} is neither bound by a sum around it nor declared: "
                f"declare index({str(symbol)!r}, m), or put the entry under the Sum over {symbol}"
            )

    def _check_axis(
        self, entry: sympy.Indexed, axis: int, length: sympy.Expr, where: sympy.Expr, bound: Bound
    ) -> None:
        """A position lies on its axis: in a definition's own range, else in 0..length, for either origin."""
        if length is sympy.oo:
            return
        definition = self.definitions.get(str(entry.base))
        first, last = sympy.Integer(0), length
        own = None if definition is None else definition.parameters[axis]
        if isinstance(own, Index):
            first, last = to_sympy(own.low), to_sympy(own.high)
        lowest, highest = _extreme(where, bound, upper=False), _extreme(where, bound, upper=True)
        if not all(_known_nonnegative(room) for room in (lowest - first, last - highest)):
            raise SizeError(
                f"{entry}: axis {axis} of {entry.base} has size {length}, but {where} goes from {lowest} "
                f"to {highest}; use an index over {length}"
            )

    # -- compounds ----------------------------------------------------------------------------------

    def sum(self, total: sympy.Sum, bound: Bound) -> Term:
        """A finite sum; several limits nest, the first innermost."""
        inner = dict(bound)
        indices: list[Index] = []
        for symbol, low, high in reversed(total.limits):
            bounds = self.term(exact(low), inner), self.term(exact(high), inner)
            if (exact(high) - exact(low)).is_negative:
                raise SizeError(f"{total}: the range {low}..{high} is empty")
            indices.append(self._bound_index(self._name(symbol), *bounds))
            inner[symbol] = indices[-1]
            inner[_limits_key(symbol)] = indices[-1]
        body = self.term(total.function, inner)
        for index in reversed(indices):
            body = Sum(index, body)
        return body

    def _bound_index(self, name: str, low: Term, high: Term) -> Index:
        """A sum's own index; its name may be an index's elsewhere, but no other thing's."""
        other = self._meanings.get(name)
        if name in self.definitions or (other is not None and not isinstance(other, Index)):
            raise SizeError(f"the sum over {name}: {name} is also {describe(other)}; rename one")
        self._bound.add(name)
        return Index(name, low, high)

    def power(self, expression: sympy.Pow, bound: Bound) -> Term:
        """A power: the exponent is a number, or a term in sizes and indices."""
        base, exponent = (self.term(part, bound) for part in expression.args)
        return Power(base, exponent)


def _limits_key(symbol: sympy.Basic) -> sympy.Basic:
    return getattr(symbol, "label", symbol)


def _lengths(entry: sympy.Indexed) -> tuple[Any, ...]:
    shape = entry.base.shape
    return tuple(shape) if shape is not None else (sympy.oo,) * len(entry.indices)


def _extreme(where: sympy.Expr, bound: Bound, upper: bool) -> sympy.Expr:
    """The greatest or least value of a position that is affine in its indices."""
    expanded = sympy.expand(where)
    ends = {}
    for symbol in expanded.atoms(sympy.Idx) | (expanded.free_symbols & set(bound)):
        rising = expanded.coeff(symbol).is_positive
        ends[symbol] = _end(symbol, bound, upper is bool(rising))
    return sympy.expand(expanded.xreplace(ends))


def _end(symbol: Any, bound: Bound, upper: bool) -> sympy.Expr:
    index = bound.get(symbol)
    if index is not None:
        return to_sympy(index.high if upper else index.low)
    return symbol.upper if upper else symbol.lower


def _known_nonnegative(room: sympy.Expr) -> bool:
    """True for an integer >= 0, plus sizes: each is at least its least value."""
    lowest = sympy.expand(room).xreplace({s: sympy.Integer(getattr(s, "least", 1)) for s in _sizes(room)})
    rising = all(sympy.expand(room).coeff(s).is_nonnegative for s in _sizes(room))
    return bool(rising and lowest.is_Integer and lowest >= 0)


def _sizes(expression: sympy.Expr) -> set[Any]:
    return {s for s in expression.free_symbols if s.is_integer and s.is_positive}


# assumptions that change what is true and that bnsym does not know
FOREIGN = (
    *("negative", "nonpositive", "zero", "even", "odd", "prime", "composite", "imaginary"),
    *("irrational", "transcendental", "noninteger", "infinite", "antihermitian"),
)


def _sign(name: str, assumptions: Mapping[str, bool | None]) -> Sign:
    foreign = [word for word in FOREIGN if assumptions.get(word)]
    foreign += ["complex"] if assumptions.get("complex") and not assumptions.get("real") else []
    foreign += ["rational"] if assumptions.get("rational") and not assumptions.get("integer") else []
    if foreign:
        raise UnsupportedTermError(
            f"{name} is assumed {', '.join(foreign)}: bnsym knows real, positive, nonnegative, nonzero and, "
            "for sizes and lengths, positive integers"
        )
    if assumptions.get("positive"):
        return Sign.COUNT if assumptions.get("integer") else Sign.POSITIVE
    if assumptions.get("nonnegative"):
        return Sign.NONNEGATIVE
    return Sign.NONZERO if assumptions.get("nonzero") else Sign.REAL


def describe(node: Any) -> str:
    """A word for what a name means."""
    match node:
        case Tensor(_, shape, _):
            return f"a tensor of shape ({', '.join('oo' if a is None else text(a) for a in shape)})"
        case Index(_, low, high):
            return f"an index over {text(low)}..{text(high)}"
        case _:
            return f"a {type(node).__name__.lower()}"


def _number(reader: Reader, value: sympy.Rational, bound: Bound) -> Term:
    return number(Fraction(int(value.p), int(value.q)))


def _float(reader: Reader, value: sympy.Float, bound: Bound) -> Term:
    raise UnsupportedTermError(f"the float {value}: write an exact number, such as Rational(1, 10)")


def _add(reader: Reader, expression: sympy.Add, bound: Bound) -> Term:
    return Add(tuple(reader.term(part, bound) for part in expression.args))


def _mul(reader: Reader, expression: sympy.Mul, bound: Bound) -> Term:
    return Mul(tuple(reader.term(part, bound) for part in expression.args))


def _absolute(reader: Reader, expression: sympy.Abs, bound: Bound) -> Term:
    return power(power(reader.term(expression.args[0], bound), 2), Fraction(1, 2))


def _delta(reader: Reader, expression: sympy.KroneckerDelta, bound: Bound) -> Term:
    return Delta(*(reader.term(part, bound) for part in expression.args[:2]))


def _derivative(reader: Reader, expression: Derivative, bound: Bound) -> Term:
    return Partial(reader.term(expression.expression, bound), reader.term(expression.variable, bound))


_Rule = Callable[[Reader, Any, Bound], Term]
_RULES: tuple[tuple[type[Any], _Rule], ...] = (
    (sympy.Rational, _number),
    (sympy.Float, _float),
    (sympy.Idx, Reader.idx),
    (sympy.Symbol, Reader.symbol),
    (sympy.Indexed, Reader.indexed),
    (sympy.Add, _add),
    (sympy.Mul, _mul),
    (sympy.Pow, Reader.power),
    (sympy.Abs, _absolute),
    (sympy.Sum, Reader.sum),
    (sympy.KroneckerDelta, _delta),
    (Derivative, _derivative),
)
