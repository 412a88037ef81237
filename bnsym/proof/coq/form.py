"""Terms as Coq writes them: sums from 1, sizes as natural numbers, everything else as the user wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from bnsym.errors import UnsupportedTermError
from bnsym.proof.coq import names
from bnsym.proof.coq.naturals import Naturals
from bnsym.terms.nodes import ONE, Delta, Entry, Index, Number, Partial, Power, Size, Sum, Symbol, Term
from bnsym.terms.text import ATOM, POWER, TextForm, Written
from bnsym.terms.walk import free_indices

HIGHEST_RANK = 2  # of the arrays that the support library differentiates by


@dataclass(frozen=True)
class CoqForm(TextForm):
    """Writes terms.  `calls`: how each defined array is called, with the variables that it depends on.

    `indices`: the names of indices that had to be renamed.  `counter`: in the body of a recurrence, the
    size that counts steps; there it is the successor of the variable that Coq matches on.
    """

    calls: Mapping[str, str]
    indices: Mapping[Index, str] = field(default_factory=dict)
    counter: Size | None = None

    times: ClassVar[str] = " * "
    over: ClassVar[str] = " / "

    def natural(self, term: Term) -> str:
        """A position, a length or an exponent, as one argument."""
        return self.naturals.atom(term)

    @property
    def naturals(self) -> Naturals:
        """How natural numbers are written here."""
        return Naturals(self.index, self._count, self.counter)

    def index(self, index: Index) -> str:
        """The name of an index here."""
        return self.indices.get(index, names.position(index.name))

    def name(self, term: Symbol | Size | Index) -> Written:
        """A scalar; a size or an index as a real number."""
        if isinstance(term, Symbol):
            return names.variable(term.name), ATOM
        return f"INR {self.natural(term)}", ATOM

    def entry(self, term: Entry) -> Written:
        """An array applied to its positions."""
        if Naturals.is_count(term):
            return f"INR {self.natural(term)}", ATOM
        return self._applied(term), ATOM

    def sum(self, term: Sum) -> Written:
        """Sum m (fun i => ...); Sum_from low high (fun i => ...) where it does not begin at 1."""
        index = term.index
        inside = self.binding(index, term.body)
        body = f"(fun {inside.index(index)} : nat => {inside.line(term.body)})"
        high = self.natural(index.high)
        if index.low is ONE:
            return f"Sum {high} {body}", ATOM
        return f"Sum_from {self.natural(index.low)} {high} {body}", ATOM

    def binding(self, index: Index, body: Term) -> CoqForm:
        """The form inside a binder, whose index is renamed where it would capture another."""
        taken = {self.index(other) for other in free_indices(body) if other is not index}
        name = names.position(index.name)
        while name in taken:
            name += "_"
        return replace(self, indices={**self.indices, index: name})

    def delta(self, term: Delta) -> Written:
        """Kronecker's delta."""
        return f"delta {self.natural(term.left)} {self.natural(term.right)}", ATOM

    def partial(self, term: Partial) -> Written:
        """The derivative's value; beside the statement stands that it exists."""
        return f"Partial{self.derivative(term)}", ATOM

    def derivative(self, term: Partial) -> str:
        """`1 (fun v_x : nat -> R => L) v_x i_p`: the rank, the function, the point and the position."""
        wrt = term.wrt
        if isinstance(wrt, Symbol):
            name = names.variable(wrt.name)
            return f"0 (fun {name} : R => {self.line(term.body)}) {name}"
        if not isinstance(wrt, Entry) or not all(isinstance(place, Index) for place in wrt.indices):
            raise UnsupportedTermError("a derivative by something else than a scalar or a generic entry")
        name, rank = names.variable(wrt.tensor.name), len(wrt.indices)
        if wrt.tensor.name in self.calls:
            raise UnsupportedTermError(f"a derivative by {wrt.tensor.name}, which is defined")
        if rank > HIGHEST_RANK:
            raise UnsupportedTermError(f"a derivative by an array of rank {rank}")
        places = " ".join(map(self.natural, wrt.indices))
        return f"{rank} (fun {name} : {array_type(rank)} => {self.line(term.body)}) {name} {places}"

    def root(self, radicand: Term) -> Written:
        """A square root, its radicand as it stands."""
        return f"sqrt ({self.line(radicand)})", ATOM

    def power(self, term: Power) -> Written:
        """A power with a natural exponent; a root's power; or what stands below one."""
        exponent = term.exponent
        if not isinstance(exponent, Number):
            return f"{self.held(term.base, ATOM)} ^ {self.natural(exponent)}", POWER
        value = exponent.value
        if value < 0 or value.numerator == 1:
            return super().power(term)
        base = self.root(term.base)[0] if value.denominator == 2 else self.held(term.base, ATOM)
        return f"{base} ^ {value.numerator}", POWER

    def _applied(self, term: Entry) -> str:
        name = term.tensor.name
        head = self.calls.get(name, names.variable(name))
        return " ".join([head, *map(self.natural, term.indices)])

    def _count(self, term: Entry) -> str:
        return f"({self._applied(term)})"


def array_type(rank: int, result: str = "R") -> str:
    """`nat -> nat -> R`."""
    return " -> ".join(["nat"] * rank + [result])
