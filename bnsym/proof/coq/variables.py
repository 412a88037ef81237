"""What a term depends on: sizes, arrays and scalars that are given, and the definitions that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bnsym.errors import UnsupportedTermError
from bnsym.proof.coq import names
from bnsym.proof.coq.form import CoqForm, array_type
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Size, Sum, Symbol, Tensor, Term
from bnsym.terms.walk import children

Variable = Size | Tensor | Symbol
_KINDS: tuple[type[Variable], ...] = (Size, Tensor, Symbol)


def parts(terms: Iterable[Term]) -> Iterator[Term]:
    """Every distinct subterm once, the bounds of indices among them."""
    seen: set[Term] = set()
    stack = list(terms)
    while stack:
        term = stack.pop()
        if term not in seen:
            seen.add(term)
            yield term
            stack += [*children(term), *_bounds(term)]


def _bounds(term: Term) -> list[Term]:
    match term:
        case Index(_, low, high):
            return [low, high]
        case Sum(index, _):
            return [index]
        case _:
            return []


@dataclass(frozen=True)
class Dictionary:
    """The definitions that some terms use, in order, each with the variables that it depends on."""

    definitions: Mapping[str, Definition]

    @cached_property
    def calls(self) -> dict[str, str]:
        """How each definition is called: `d_mu v_m v_x`."""
        return {name: self.call(name) for name in self.definitions}

    def call(self, name: str) -> str:
        """The definition applied to its variables."""
        return " ".join([names.defined(name), *map(self.name, self.depends[name])])

    @cached_property
    def depends(self) -> dict[str, list[Variable]]:
        """The variables that each definition depends on, through others too, in the order of definition."""
        found: dict[str, list[Variable]] = {}
        for name, definition in self.definitions.items():
            own = set(definition.parameters)
            direct = [part for part in parts(_bodies(definition)) if part not in own]
            found[name] = self._variables(direct, found)
        return found

    def variables(self, terms: Iterable[Term]) -> list[Variable]:
        """What the terms depend on, sizes first."""
        return self._variables(parts(terms), self.depends)

    def _variables(self, nodes: Iterable[Term], depends: Mapping[str, list[Variable]]) -> list[Variable]:
        found: dict[Variable, None] = {}
        for node in nodes:
            if isinstance(node, Entry) and node.tensor.name in self.definitions:
                found |= dict.fromkeys(depends.get(node.tensor.name, []))
            elif isinstance(node, Entry):
                found[node.tensor] = None
            elif isinstance(node, Size | Symbol):
                found[node] = None
        return sorted(found, key=lambda each: (_KINDS.index(type(each)), each.name))

    def used(self, terms: Iterable[Term]) -> list[str]:
        """The definitions that the terms use, in the order of the derivation."""
        found: set[str] = set()
        waiting = list(terms)
        while waiting:
            fresh = {node.tensor.name for node in parts(waiting) if isinstance(node, Entry)} - found
            found |= fresh
            waiting = [b for name in fresh & set(self.definitions) for b in _bodies(self.definitions[name])]
        return [name for name in self.definitions if name in found]

    @staticmethod
    def name(variable: Variable) -> str:
        """The variable's name in Coq."""
        return names.variable(variable.name)

    @staticmethod
    def binder(variable: Variable) -> str:
        """`(v_x : nat -> R)`."""
        match variable:
            case Size():
                kind = "nat"
            case Tensor(_, shape, sign):
                kind = array_type(len(shape), "nat" if sign is Sign.COUNT else "R")
            case Symbol(name, sign):
                if sign is Sign.COUNT:
                    raise UnsupportedTermError(f"the scalar {name} that is a length")
                kind = "R"
        return f"({Dictionary.name(variable)} : {kind})"

    def text(self, name: str) -> str:
        """The definition in Coq."""
        definition = self.definitions[name]
        binders = [self.binder(each) for each in self.depends[name]]
        if definition.initial is not None:
            return self._fixpoint(definition, binders)
        own = [p for p in definition.parameters if isinstance(p, Index)]
        binders += [f"({names.position(index.name)} : nat)" for index in own]
        head = " ".join([names.defined(name), *binders])
        return f"Definition {head} : R :=\n  {CoqForm(self.calls).line(definition.body)}.\n"

    def _fixpoint(self, definition: Definition, binders: list[str]) -> str:
        [counter] = definition.parameters
        if not isinstance(counter, Size) or definition.initial is None:
            raise UnsupportedTermError(
                f"the recurrence {definition.tensor.name} that is not counted by a size"
            )
        k = names.variable(counter.name)
        head = " ".join([names.defined(definition.tensor.name), *binders, f"({k} : nat)"])
        first = CoqForm(self.calls).line(definition.initial)
        later = CoqForm(self.calls, counter=counter).line(definition.body)
        return (
            f"Fixpoint {head} {{struct {k}}} : R :=\n"
            f"  match {k} with\n  | O => {first}\n  | S {k} => {later}\n  end.\n"
        )


def _bodies(definition: Definition) -> list[Term]:
    """The terms of a definition, the ranges of its parameters not among them."""
    return [definition.body, *([definition.initial] if definition.initial is not None else [])]
