"""A claim as a statement of Coq's: variables, hypotheses, conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bnsym.errors import UnsupportedTermError
from bnsym.proof.claims import Claim, Need, needs_of
from bnsym.proof.coq import names
from bnsym.proof.coq.form import CoqForm
from bnsym.proof.coq.variables import Dictionary
from bnsym.terms.nodes import Index, Partial, Sign, Size, Symbol, Tensor, Term
from bnsym.terms.walk import free_indices, subterms

_SIGNS = {
    Sign.NONZERO: "{} <> 0",
    Sign.NONNEGATIVE: "0 <= {}",
    Sign.POSITIVE: "0 < {}",
    Sign.COUNT: "(1 <= {})%nat",
}
_NEEDS = {"> 0": "0 < {}", ">= 0": "0 <= {}", "!= 0": "{} <> 0"}


@dataclass(frozen=True)
class Statement:
    """A claim in Coq.  Every size, array, scalar and free index in it is universally quantified."""

    claim: Claim
    lines: tuple[Term, ...] = ()  # of a chain, between left and right

    @cached_property
    def dictionary(self) -> Dictionary:
        """The claim's definitions."""
        return Dictionary(self.claim.definitions)

    @cached_property
    def form(self) -> CoqForm:
        """How its terms are written."""
        return CoqForm(self.dictionary.calls)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What must hold for both sides to have a value."""
        return needs_of(self.claim.expanded())

    @cached_property
    def sides(self) -> tuple[Term, Term]:
        """Both sides."""
        return self.claim.left, self.claim.right

    @cached_property
    def free(self) -> list[Index]:
        """The free indices, by name."""
        found = sorted(free_indices(self.sides[0]) | free_indices(self.sides[1]), key=lambda each: each.name)
        if len({index.name for index in found}) < len(found):
            raise UnsupportedTermError("two free indices of one name over different ranges")
        return found

    @cached_property
    def definitions(self) -> list[str]:
        """The names of the definitions that the statement and its proof use."""
        return self.dictionary.used([*self.sides, *self.lines, *(need.term for need in self.needs)])

    @cached_property
    def partials(self) -> list[Partial]:
        """The derivatives in it, left before right."""
        found = [node for side in self.sides for node in subterms(side) if isinstance(node, Partial)]
        if any(isinstance(node, Partial) for each in found for node in subterms(each.body)):
            raise UnsupportedTermError("a derivative of a derivative")
        return list(dict.fromkeys(found))

    @property
    def is_derivative(self) -> bool:
        """True for `derivative = value` with no other derivative in it."""
        return self.claim.relation == "=" and self.partials == [self.claim.left]

    def text(self, name: str, keyword: str = "Theorem") -> str:
        """`Theorem name (variables) : hypotheses -> conclusion.`"""
        binders, premises = self.binders, self.hypotheses
        head = f"{keyword} {name}{''.join(f' {binder}' for binder in binders)} :\n"
        return head + "".join(f"  {premise} ->\n" for premise in premises) + f"  {self.conclusion}.\n"

    @cached_property
    def _variables(self) -> list[Size | Tensor | Symbol]:
        terms: list[Term] = [*self.sides, *self.free, *(need.term for need in self.needs)]
        given = self.dictionary.variables(terms)
        lengths = [axis for each in given if _signed(each) for axis in each.shape if axis]  # type: ignore[union-attr]
        return self.dictionary.variables([*terms, *lengths])

    @cached_property
    def binders(self) -> list[str]:
        """The variables that the theorem speaks of, with their types."""
        names.check_distinct(each.name for each in self._variables)
        names.check_distinct(self.definitions)
        names.check_distinct(index.name for index in self.free)
        given = [self.dictionary.binder(each) for each in self._variables]
        return given + [f"({self.form.index(index)} : nat)" for index in self.free]

    @cached_property
    def hypotheses(self) -> list[str]:
        """Least sizes, signs, ranges of free indices, needs."""
        found = [text for each in self._variables if (text := self._sign(each))]
        found += [self._range(index) for index in self.free]
        return found + [self._need(need) for need in self.needs]

    def _sign(self, variable: Size | Tensor | Symbol) -> str:
        name = self.dictionary.name(variable)
        match variable:
            case Size(_, least):
                return f"({least} <= {name})%nat"
            case Symbol(_, sign) if sign in _SIGNS:
                return _SIGNS[sign].format(name)
            case Tensor(_, shape, sign) if sign in _SIGNS:
                places = [f"k{axis}" for axis in range(1, len(shape) + 1)]
                ranges = "".join(
                    f"{_within(k, self._end(axis))} -> " for k, axis in zip(places, shape, strict=True)
                )
                entry = " ".join([name, *places])
                return f"(forall {' '.join(places)} : nat, {ranges}{_SIGNS[sign].format(entry)})"
            case _:
                return ""

    def _end(self, axis: Term | None) -> str:
        return "" if axis is None else self.form.naturals.text(axis)

    def _range(self, index: Index) -> str:
        low, high = map(self.form.naturals.text, (index.low, index.high))
        return f"({low} <= {self.form.index(index)} <= {high})%nat"

    def _need(self, need: Need) -> str:
        bound = [
            index for index in sorted(free_indices(need.term), key=lambda i: i.name) if index not in self.free
        ]
        body = _NEEDS[need.condition].format(f"({self.form.line(need.term)})")
        return self._for_all(bound, body)

    def _for_all(self, bound: Iterable[Index], body: str) -> str:
        heads = "".join(f"forall {self.form.index(k)} : nat, {self._range(k)} -> " for k in bound)
        return f"({heads}{body})" if heads else body

    @cached_property
    def conclusion(self) -> str:
        """The relation; for derivatives also that they exist."""
        right = self.form.line(self.claim.right)
        if isinstance(self.claim.left, Partial) and self.is_derivative:
            return f"{self._is_partial(self.claim.left)}\n    ({right})"
        relation = f"{self.form.line(self.claim.left)}\n  {self.claim.relation} {right}"
        exist = [self._exists(partial) for partial in self.partials]
        return "\n  /\\ ".join([*exist, f"({relation})"]) if exist else relation

    def _is_partial(self, partial: Partial) -> str:
        written = self.form.derivative(partial)
        return f"is_derive{written[1:]}" if isinstance(partial.wrt, Symbol) else f"is_partial{written}"

    def _exists(self, partial: Partial) -> str:
        bound = sorted(free_indices(partial) - set(self.free), key=lambda index: index.name)
        return self._for_all(bound, f"has_partial{self.form.derivative(partial)}")


def _signed(variable: Size | Tensor | Symbol) -> bool:
    return isinstance(variable, Tensor) and variable.sign in _SIGNS


def _within(place: str, end: str) -> str:
    return f"(1 <= {place} <= {end})%nat" if end else f"(1 <= {place})%nat"
