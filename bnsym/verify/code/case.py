"""What a diagnosis looks at, and how a hypothesis is proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import TermWriter
from bnsym.errors import BnsymError
from bnsym.terms.nodes import Entry, Index, Term
from bnsym.terms.text import text
from bnsym.terms.walk import subterms
from bnsym.verify.code.claims import plain_indices
from bnsym.verify.code.parts import Parts
from bnsym.verify.code.sampling import Sampler, same

LONGEST_DIFFERENCE = 110


@dataclass(frozen=True)
class Case:
    """The returned term and the parts of the right one, with their values at places.

    `gammas`: the other inputs that the right gradient reads; `at`: the indices of the gradient's place;
    `diagonal`: what the Jacobian's diagonal alone would give.
    """

    returned: Term
    parts: Parts
    sampler: Sampler
    gammas: dict[str, Term]
    at: tuple[Index, ...]
    diagonal: Term | None

    @property
    def three(self) -> tuple[Term, Term, Term]:
        """Straight, by the mean, by the variance."""
        return self.parts.straight, self.parts.mean, self.parts.variance

    def proves(self, hypothesis: Term) -> bool:
        """The returned term is the hypothesis, for every size."""
        if not same(self.sampler.values(self.returned), self.sampler.values(hypothesis)):
            return False
        try:
            return Normalizer({}).equal(self.returned, hypothesis)
        except (BnsymError, WorkLimitError, RecursionError):
            return False


Family = Callable[[Case], Iterator[str]]


def difference(case: Case) -> str:
    """returned - right, if it is short."""
    normalizer = Normalizer({})
    left, right = (normalizer.normal_form(side) for side in (case.returned, case.parts.right))
    total = dict(left)
    for row, value in right.items():
        total[row] = total.get(row, 0) - value
    total = {row: value for row, value in total.items() if value}
    nodes = (*subterms(case.returned), *subterms(case.parts.right))
    tensors = {node.tensor.name: node.tensor for node in nodes if isinstance(node, Entry)}
    said = text(TermWriter(tensors).term(total))
    said = plain_indices(said)
    return f"returned - right = {said}" if len(said) <= LONGEST_DIFFERENCE else ""
