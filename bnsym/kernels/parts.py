"""What a basis is made of: the mean that x is centred about, and the root that it is divided by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bnsym.calculus.atoms import Atom, Kind, Polynomial
from bnsym.calculus.normal import Normalizer
from bnsym.kernels.equations import Equations, unused
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Sum, Tensor, Term, divide, mul, power

_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Mean:
    """The mean of x over some of its indices; `given`: a running average stands for it."""

    definition: Definition
    over: tuple[Index, ...]
    given: bool = False

    @property
    def tensor(self) -> Tensor:
        """The array that holds the mean."""
        return self.definition.tensor

    @property
    def count(self) -> Term:
        """How many entries of x each mean is of."""
        return mul(*(index.high for index in self.over))

    def sum(self, body: Term) -> Term:
        """The sum over what the mean is over."""
        return _nested_sum(self.over, body)


@dataclass(frozen=True)
class Root:
    """The root that the centred part is divided by: the name of its inverse, its axes, its square."""

    inverse_name: str
    parameters: tuple[Index, ...]
    square: Term

    @property
    def term(self) -> Term:
        """sqrt(square)."""
        return power(self.square, _HALF)

    @property
    def inverse(self) -> Definition:
        """inverse_name[parameters] := 1 / sqrt(square)."""
        shape = tuple(index.high for index in self.parameters)
        tensor = Tensor(self.inverse_name, shape, Sign.POSITIVE)
        return Definition(tensor, self.parameters, power(self.term, -1))


def find_mean(equations: Equations, taken: set[str]) -> Mean | None:
    """The mean of x: a definition that is proved to be it, or one of our own where x is summed unnamed."""
    layer = equations.layer
    for over in _choices(layer):
        for name, definition in layer.definitions.items():
            if _is_mean(definition, over, layer):
                given = equations.given.get(name)
                return Mean(_mean_over(layer, over, given or definition.tensor), over, given is not None)
    for over in _choices(layer):
        if _sums_x(equations, over):
            shape = tuple(index.high for index in equations.place if index not in over)
            return Mean(_mean_over(layer, over, Tensor(unused("mean", taken), shape, Sign.REAL)), over)
    return None


def _choices(layer: Layer) -> tuple[tuple[Index, ...], ...]:
    return (layer.row,), (layer.channel,), (layer.row, layer.channel)


def _mean_over(layer: Layer, over: tuple[Index, ...], tensor: Tensor) -> Definition:
    kept = tuple(index for index in (layer.row, layer.channel) if index not in over)
    count = mul(*(index.high for index in over))
    return Definition(tensor, kept, divide(_sum_of_x(layer, over), count))


def _sum_of_x(layer: Layer, over: tuple[Index, ...]) -> Term:
    return _nested_sum(over, Entry(layer.input, (layer.row, layer.channel)))


def _nested_sum(over: tuple[Index, ...], body: Term) -> Term:
    for index in reversed(over):
        body = Sum(index, body)
    return body


def _is_mean(definition: Definition, over: tuple[Index, ...], layer: Layer) -> bool:
    own = _mean_over(layer, over, definition.tensor)
    same = own.parameters == definition.parameters
    return same and Normalizer(layer.definitions).equal(definition.body, own.body)


def _sums_x(equations: Equations, over: tuple[Index, ...]) -> bool:
    normalizer = Normalizer(equations.definitions)
    [(row, _)] = normalizer.normal_form(_sum_of_x(equations.layer, over)).items()
    wanted = {a for a, _ in row}
    return wanted <= set(atoms_within(normalizer.normal_form(equations.output.body)))


def atoms_within(polynomial: Polynomial) -> Iterator[Atom]:
    """Every atom of a polynomial, those within sums and roots too."""
    for row in polynomial:
        for a, _ in row:
            yield a
            for inner in _INSIDE.get(a.kind, lambda payload: ())(a.payload):
                yield from atoms_within(inner)


_INSIDE = {
    Kind.SUM: lambda payload: ({payload[1]: 1},),
    Kind.OPAQUE: lambda payload: (payload[1],),
    Kind.RADICAL: lambda payload: (payload.square,),
    Kind.POWER: lambda payload: (payload[0],),
}
