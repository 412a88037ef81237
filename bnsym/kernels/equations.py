"""What a kernel computes: a layer's equations in training, or with running averages given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Add, Definition, Index, Number, Power, Sign, Sum, Tensor, Term, add
from bnsym.terms.walk import free_indices, rebuild, subterms


@dataclass(frozen=True)
class Equations:
    """A layer's definitions in order.  `given`: arrays that stand for definitions, by those's names."""

    layer: Layer
    definitions: Mapping[str, Definition]
    given: Mapping[str, Tensor]

    @property
    def place(self) -> tuple[Index, Index]:
        """The generic position (n, c)."""
        return self.layer.row, self.layer.channel

    @property
    def output(self) -> Definition:
        """The last equation, over these definitions."""
        return self.definitions[self.layer.output.tensor.name]

    @property
    def names(self) -> set[str]:
        """Every name that the layer uses."""
        tensors = (self.layer.input, *self.layer.parameters, *self.given.values())
        sizes = (self.layer.row.high, self.layer.channel.high)
        scalars = (self.layer.constant, *sizes, self.layer.row, self.layer.channel)
        return {*self.layer.definitions, *(t.name for t in tensors), *(s.name for s in scalars)}  # type: ignore[attr-defined]


def training(layer: Layer) -> Equations:
    """All equations."""
    return Equations(layer, layer.definitions, {})


def with_named_squares(equations: Equations, taken: set[str]) -> Equations:
    """The same, where a sum that stands unnamed under a root has a definition of its own."""
    named: dict[Term, Definition] = {}
    definitions: dict[str, Definition] = {}

    def change(node: Term) -> Term:
        if not _is_root(node, equations.place):
            return rebuild(node, change)
        terms = node.base.terms if isinstance(node.base, Add) else (node.base,)
        sums = add(*(term for term in terms if _sums(term)))
        if sums not in named:
            named[sums] = _definition(unused("squares", taken), sums, equations.place)
            definitions[named[sums].tensor.name] = named[sums]
        rest = (term for term in terms if not _sums(term))
        return Power(add(*rest, named[sums].entry), node.exponent)

    for name, definition in equations.definitions.items():
        body = change(definition.body)
        definitions[name] = replace(definition, body=body)
    return replace(equations, definitions=definitions)


def _is_root(node: Term, place: tuple[Index, ...]) -> TypeGuard[Power]:
    """A root of what has fewer axes than x, and holds a sum."""
    if not isinstance(node, Power) or not isinstance(node.exponent, Number):
        return False
    return node.exponent.value.denominator == 2 and free_indices(node.base) < set(place) and _sums(node.base)


def _sums(term: Term) -> bool:
    return any(isinstance(node, Sum) for node in subterms(term))


def _definition(name: str, body: Term, place: tuple[Index, ...]) -> Definition:
    used = free_indices(body)
    parameters = tuple(index for index in place if index in used)
    return Definition(Tensor(name, tuple(index.high for index in parameters), Sign.REAL), parameters, body)


def unused(name: str, taken: set[str]) -> str:
    """The name, or the first of name_2, name_3 ... that is not taken; taken from now on."""
    found = next(n for n in (name, *(f"{name}_{k}" for k in range(2, 10_000))) if n not in taken)
    taken.add(found)
    return found
