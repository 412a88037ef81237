"""In what a layer is computed: its statistics, x centred about its mean, and the centred part over a root.

x = mean + centered, where the layer has a mean of x, and centered = normalized / inv_root, where it
divides by a root.  Sums of the centred part over the mean's indices are 0.  A variance written as
E[x^2] - E[x]^2 thus turns into the mean of centered^2 before anything is computed.
"""

from __future__ import annotations

from bnsym.calculus.atoms import Atom, Kind, Polynomial, Variable, at
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import Names, TermWriter
from bnsym.kernels.equations import Equations, unused, with_named_squares
from bnsym.kernels.parts import Root, atoms_within, find_mean
from bnsym.terms.nodes import Definition, Entry, Sign, Sum, Tensor, Term, add, mul, power
from bnsym.terms.walk import free_indices, subterms


class Basis:
    """The basis of a layer's equations, and normal forms over it.

    `closed` are the statistics beside the mean: definitions with fewer axes than x that are sums of the
    centred part.  `taken` holds the names that stand for something, to which the basis adds its own.
    """

    def __init__(self, equations: Equations, taken: set[str]) -> None:
        self.equations = equations = with_named_squares(equations, taken)
        self.taken = taken
        self.place = equations.place
        self.mean = find_mean(equations, taken)
        self.centered = self._full("centered") if self.mean else equations.layer.input
        self.closed: dict[str, Definition] = {}
        self.root: Root | None = None
        self._close()
        self.root = self._find_root()
        self.normalized = self._full("normalized") if self.divides else self.centered
        self.tensors = self._known_tensors(self.normalized)

    @property
    def divides(self) -> bool:
        """Whether x is kept normalized: there is a root, and its square is told by the statistics."""
        return self.root is not None and not any(isinstance(n, Sum) for n in subterms(self.root.square))

    def generic(self, tensor: Tensor) -> Entry:
        """An array with all of x's axes at (n, c)."""
        return Entry(tensor, self.place)

    def _full(self, name: str) -> Tensor:
        shape = tuple(index.high for index in self.place)
        return Tensor(unused(name, self.taken), shape, Sign.REAL)

    def _known_tensors(self, *more: Tensor) -> dict[str, Tensor]:
        layer = self.equations.layer
        own = [self.centered, *more, *(d.tensor for d in self.closed.values())]
        own += [self.mean.tensor] if self.mean else []
        own += [self.root.inverse.tensor] if self.root else []
        return {t.name: t for t in (layer.input, *layer.parameters, *self.equations.given.values(), *own)}

    def know(self, tensor: Tensor) -> None:
        """Normal forms may hold this array too."""
        self.tensors[tensor.name] = tensor

    # -- statistics -----------------------------------------------------------------------------------

    def _close(self) -> None:
        """Keep each definition of fewer axes that sums, and whose sums hold no mean any more."""
        for name, definition in self.equations.definitions.items():
            if self.mean is not None and name == self.mean.tensor.name:
                continue
            if set(definition.parameters) < set(self.place) and self._is_statistic(definition):
                self.closed[name] = definition

    def _is_statistic(self, definition: Definition) -> bool:
        form = self.centred_form(definition.body)
        atoms = {a for row in form for a, _ in row}
        sums = any(a.kind == Kind.SUM for a in atoms)
        return sums and not any(self._is_mean(a) for a in atoms_within(form))

    def _is_mean(self, a: Atom) -> bool:
        return self.mean is not None and a.kind == Kind.ENTRY and a.payload[0] == self.mean.tensor.name

    # -- normal forms ---------------------------------------------------------------------------------

    def centred_form(self, term: Term) -> Polynomial:
        """The normal form over the centred part (over x, if there is no mean)."""
        return self._form(term, self.generic(self.centered), self.centered)

    def normalized_form(self, term: Term) -> Polynomial:
        """The normal form over the normalized part (over the centred one, if there is no root)."""
        if self.root is None or not self.divides:
            return self.centred_form(term)
        scaled = mul(self.generic(self.normalized), self.root.term)
        return self._form(term, scaled, self.normalized)

    def _form(self, term: Term, part: Term, array: Tensor) -> Polynomial:
        form = self._over(part).normal_form(term)
        return {row: v for row, v in form.items() if not any(self._vanishes(a, array) for a, _ in row)}

    def _over(self, part: Term) -> Normalizer:
        """The normalizer under x = mean + part, with all but the statistics opened."""
        opened = {name: d for name, d in self.equations.definitions.items() if name not in self.closed}
        if self.mean is None:
            substituted = part
        else:
            opened.pop(self.mean.tensor.name, None)
            substituted = add(self.mean.definition.entry, part)
        x = self.equations.layer.input
        if substituted is not self.generic(x):
            opened[x.name] = Definition(x, self.place, substituted)
        return Normalizer(opened)

    def _vanishes(self, a: Atom, array: Tensor) -> bool:
        """True for a sum over all of the mean's indices in which only a centred factor depends on these."""
        if a.kind != Kind.SUM or self.mean is None or self.mean.given:
            return False
        binders, body = a.payload
        axes = [self.place.index(index) for index in self.mean.over]
        for factor, exponent in body:
            if factor.kind == Kind.ENTRY and factor.payload[0] == array.name and exponent == 1:
                own = [factor.payload[1][axis].single() for axis in axes]
                others = {v for other, _ in body if other is not factor for v in other.free}
                if all(v in binders and v not in others for v in own):
                    return self._constant_root(factor, array, own)
        return False

    def _constant_root(self, factor: Atom, array: Tensor, binders: list[Variable | None]) -> bool:
        """The normalized part sums to 0 only where the root is the same for all that is summed."""
        if self.root is None or array is self.centered:
            return True
        summed = [axis for axis, where in enumerate(factor.payload[1]) if where.single() in binders]
        return all(self.place[axis] not in self.root.parameters for axis in summed)

    # -- the root -------------------------------------------------------------------------------------

    def _find_root(self) -> Root | None:
        """The first root that an equation over (n, c) divides by, of fewer axes than x."""
        for definition in self.equations.definitions.values():
            if definition.parameters == self.place:
                form = self.centred_form(definition.body)
                found = [a for row in form for a, e in row if a.kind == Kind.RADICAL and e < 0]
                for radical in sorted(set(found), key=lambda a: a.key):
                    if len(radical.free) < len(self.place):
                        return self._named_root(radical)
        return None

    def _named_root(self, radical: Atom) -> Root:
        square = TermWriter(self._known_tensors()).term(radical.payload.square)
        used = free_indices(square)
        parameters = tuple(index for index in self.place if index in used)
        name, named = "inv_root", False
        for definition in self.equations.definitions.values():
            form = self.centred_form(definition.entry)
            if form == {((radical, 1),): 1}:
                name = f"inv_{definition.tensor.name}"
            elif form == {((radical, -1),): 1}:
                name, named = definition.tensor.name, True
        return Root(name if named else unused(name, self.taken), parameters, square)

    def radical_at(self, where: tuple[Variable, ...]) -> Polynomial:
        """The root as a polynomial, at given variables."""
        if self.root is None:
            return {}
        normalizer = self._over(self.generic(self.centered))
        generic = normalizer.normal_form(self.root.term)
        variables = [normalizer.place(index, {}).single() for index in self.root.parameters]
        mapping = {v: at(new) for v, new in zip(variables, where, strict=True) if v is not None}
        return normalizer.move(generic, mapping)

    # -- back to terms --------------------------------------------------------------------------------

    def writer(self) -> TermWriter:
        """Writes normal forms with the root's inverse by its name."""
        return _RootWriter(self)


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
