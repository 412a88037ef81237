"""The project's derivation scripts, loaded once, and the chains that they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bnsym.proof.claims import Claim
from bnsym.proof.derivation import Derivation
from bnsym.proof.outcome import Verdict
from bnsym.proof.suite import load, scripts
from bnsym.proof.theorems import Chain, Step, Theorem
from bnsym.terms.nodes import Index, Term
from bnsym.terms.walk import subterms, tensors

FOLDER = Path(__file__).resolve().parent.parent / "derivations"
SCRIPTS = tuple(path.stem for path in scripts([FOLDER]))


@cache
def derivations(script: str) -> tuple[Derivation, ...]:
    """What the script of that name makes."""
    return tuple(load(FOLDER / f"{script}.py"))


def terms_of(theorem: Theorem) -> list[Term]:
    """Both sides of the theorem's claim, and every line of a chain."""
    return [theorem.left, theorem.right, *(line.term for line in getattr(theorem, "lines", ()))]


def uses(derivation: Derivation, theorem: Theorem, name: str) -> bool:
    """True if the definition of that name stands in the theorem, or in a definition that it uses."""
    stack, seen = terms_of(theorem), set()
    while stack:
        for used in {tensor.name for tensor in tensors(stack.pop())} - seen:
            seen.add(used)
            if used in derivation.definitions:
                stack.append(derivation.definitions[used].body)
    return name in seen


@dataclass(frozen=True)
class Line:
    """One step of a chain, with what stands before it and what was proved before."""

    chain: Chain
    number: int
    before: Term
    proved: dict[str, tuple[Term, Term]]
    indices: frozenset[Index]

    @property
    def step(self) -> Step:
        return self.chain.lines[self.number]

    @property
    def claim(self) -> Claim:
        return self.claim_of(self.step.term)

    def claim_of(self, term: Term) -> Claim:
        """The step's claim with this term in place of its own."""
        return Claim(self.before, self.step.relation, term, self.chain.claim.definitions)

    def __str__(self) -> str:
        return f"{self.chain.name}, step {self.step.eq}"


def indices_of(derivation: Derivation) -> frozenset[Index]:
    """Every index that the derivation's statements use, free or bound."""
    sides = [side for theorem in derivation.theorems for side in (theorem.left, theorem.right)]
    return frozenset(node for side in sides for node in subterms(side) if isinstance(node, Index))


def lines(script: str) -> Iterator[Line]:
    """Every step of every chain of the script."""
    for derivation in derivations(script):
        proved: dict[str, tuple[Term, Term]] = {}
        indices = indices_of(derivation)
        for theorem in derivation.theorems:
            if isinstance(theorem, Chain):
                terms = [theorem.left, *(line.term for line in theorem.lines)]
                for number, before in enumerate(terms[:-1]):
                    yield Line(theorem, number, before, dict(proved), indices)
            if theorem.expected is Verdict.PROVED and theorem.relation == "=":
                proved[theorem.name] = (theorem.left, theorem.right)
