"""In what a layer is computed: its statistics as they are, x centred, and the centred part over a root.

x = mean + centered, where the layer has a mean of x, and centered = normalized / inv_root, where it
divides by a root.  Sums of the centred part over the mean's index are 0.  A variance written as
E[x^2] - E[x]^2 thus turns into the mean of centered^2 before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bnsym.calculus.atoms import Atom, Kind, Polynomial, Variable, at
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import Names, TermWriter
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Sum, Tensor, Term, add, divide, mul, power
from bnsym.terms.walk import subterms

CENTERED, NORMALIZED = "centered", "normalized"
_HALF = Fraction(1, 2)


def statistics(layer: Layer) -> dict[str, Definition]:
    """The definitions that sum: they are computed first, and kept."""
    return {name: d for name, d in layer.definitions.items() if _sums(d.body)}


def _sums(body: Term) -> bool:
    return any(isinstance(node, Sum) for node in subterms(body))


@dataclass(frozen=True)
class Mean:
    """A statistic that is the mean of x over one index."""

    definition: Definition
    over: Index


def find_mean(layer: Layer) -> Mean | None:
    """The statistic that is proved to be the mean of x over the rows, or over the channels."""
    normalizer = Normalizer(layer.definitions)
    x = Entry(layer.input, (layer.row, layer.channel))
    for definition in statistics(layer).values():
        for over in (layer.row, layer.channel):
            alone = over not in definition.parameters
            if alone and normalizer.equal(definition.body, divide(Sum(over, x), over.high)):
                return Mean(definition, over)
    return None


@dataclass(frozen=True)
class Root:
    """The scalar that the centred part is divided by: its name, axes and square."""

    name: str
    parameters: tuple[Index, ...]
    square: Term

    @property
    def inverse(self) -> Definition:
        """inv_name[parameters] := 1 / sqrt(square)."""
        tensor = Tensor(f"inv_{self.name}", tuple(index.high for index in self.parameters), Sign.POSITIVE)
        return Definition(tensor, self.parameters, power(power(self.square, _HALF), -1))


class Basis:
    """The basis of one layer, and normal forms over it."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.closed = statistics(layer)
        self.mean = find_mean(layer)
        self.place = (layer.row, layer.channel)
        shape = (layer.row.high, layer.channel.high)
        self.tensors = {
            tensor.name: tensor
            for tensor in (
                layer.input,
                *layer.parameters,
                *(d.tensor for d in self.closed.values()),
                *(Tensor(name, shape, Sign.REAL) for name in (CENTERED, NORMALIZED, "grad_y")),
            )
        }
        self._normalizer = self._over(self._centred())
        self.root = self._find_root()
        if self.root is not None:
            self.tensors[self.root.inverse.tensor.name] = self.root.inverse.tensor

    def entry(self, name: str) -> Entry:
        """An elementwise tensor at (n, c)."""
        return Entry(self.tensors[name], self.place)

    # -- x over the basis -----------------------------------------------------------------------------

    def _centred(self) -> Term:
        centered = self.entry(CENTERED)
        return centered if self.mean is None else add(self.mean.definition.entry, centered)

    def _normalized(self) -> Term:
        if self.root is None:
            return self._centred()
        scaled = mul(self.entry(NORMALIZED), power(self.root.square, _HALF))
        return scaled if self.mean is None else add(self.mean.definition.entry, scaled)

    def _over(self, x: Term) -> Normalizer:
        opened = {name: d for name, d in self.layer.definitions.items() if name not in self.closed}
        return Normalizer({**opened, "x": Definition(self.layer.input, self.place, x)})

    def centred_form(self, term: Term) -> Polynomial:
        """The normal form over the centred part."""
        return self._without_vanishing(self._normalizer.normal_form(term), CENTERED)

    def normalized_form(self, term: Term) -> Polynomial:
        """The normal form over the normalized part (the centred one if there is no root)."""
        name = CENTERED if self.root is None else NORMALIZED
        return self._without_vanishing(self._over(self._normalized()).normal_form(term), name)

    def _without_vanishing(self, polynomial: Polynomial, name: str) -> Polynomial:
        if self.mean is None:
            return polynomial
        return {
            row: value
            for row, value in polynomial.items()
            if not any(self._vanishes(a, name) for a, _ in row)
        }

    def _vanishes(self, a: Atom, name: str) -> bool:
        """True for a sum in which one binder stands in a centred factor alone, at the mean's place."""
        if a.kind != Kind.SUM or self.mean is None:
            return False
        binders, body = a.payload
        axis = self.place.index(self.mean.over)
        for binder in binders:
            holding = [(factor, exponent) for factor, exponent in body if binder in factor.free]
            if len(holding) == 1 and _is_linear_entry(*holding[0], name, axis, binder):
                return True
        return False

    # -- the root -------------------------------------------------------------------------------------

    def _find_root(self) -> Root | None:
        """The root that some elementwise equation divides the centred part by."""
        for definition in self.layer.definitions.values():
            if definition.parameters == self.place:
                radical = _divisor(self._normalizer.normal_form(definition.body))
                if radical is not None:
                    return self._named_root(radical)
        return None

    def _named_root(self, radical: Atom) -> Root:
        indices = tuple(index for index in self.place if self._variable(index) in radical.free)
        square = TermWriter(self.tensors).term(radical.payload.square)
        for name, definition in self.layer.definitions.items():
            if self._normalizer.normal_form(definition.entry) == {((radical, 1),): 1}:
                return Root(name, indices, square)
        return Root("root", indices, square)

    def _variable(self, index: Index) -> Variable | None:
        return self._normalizer.place(index, {}).single()

    # -- back to terms --------------------------------------------------------------------------------

    def writer(self) -> TermWriter:
        """Writes normal forms with the root's inverse by its name."""
        return _RootWriter(self)

    def radical_at(self, where: tuple[Variable, ...]) -> Polynomial:
        """The root as a polynomial, at given variables."""
        if self.root is None:
            return {}
        generic = self._normalizer.normal_form(power(self.root.square, _HALF))
        variables = [self._variable(index) for index in self.root.parameters]
        mapping = {v: at(new) for v, new in zip(variables, where, strict=True) if v is not None}
        return self._normalizer.move(generic, mapping)


class _RootWriter(TermWriter):
    def __init__(self, basis: Basis) -> None:
        super().__init__(basis.tensors)
        self.basis = basis

    def factor(self, a: Atom, exponent: int, names: Names) -> Term:
        root = self.basis.root
        if a.kind == Kind.RADICAL and root is not None and len(a.free) == len(root.parameters):
            where = tuple(sorted(a.free, key=lambda v: v.key))
            if self.basis.radical_at(where) == {((a, 1),): 1}:
                inverse = Entry(root.inverse.tensor, tuple(self.index(v, names) for v in where))
                return power(inverse, -exponent)
        return super().factor(a, exponent, names)


def _divisor(form: Polynomial) -> Atom | None:
    """s for a normal form centered * s**-1."""
    if len(form) != 1:
        return None
    [(row, coefficient)] = form.items()
    entries = [a for a, e in row if a.kind == Kind.ENTRY and e == 1 and a.payload[0] == CENTERED]
    radicals = [a for a, e in row if a.kind == Kind.RADICAL and e == -1]
    return radicals[0] if coefficient == 1 and len(row) == 2 and entries and radicals else None


def _is_linear_entry(a: Atom, exponent: int, name: str, axis: int, binder: Variable) -> bool:
    if a.kind != Kind.ENTRY or exponent != 1 or a.payload[0] != name:
        return False
    where = a.payload[1]
    others = [place for k, place in enumerate(where) if k != axis]
    return where[axis].single() is binder and all(binder not in place.free for place in others)
