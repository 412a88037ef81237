"""From a claim to a verdict: the normal form proves, exact instances refute, else the answer is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bnsym.calculus.algebra import WORK_LIMIT, WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.signs import Range, Signs
from bnsym.calculus.sums import NAMING_LIMIT
from bnsym.errors import InternalError, UndefinedValueError
from bnsym.proof.claims import Claim, Need, assumptions_of, needs_of
from bnsym.proof.outcome import Verdict
from bnsym.proof.witness import Witness, agreeing_instance, contradicts, find_witness
from bnsym.terms.nodes import ZERO, Add, Definition, Entry, Sum, Term, add, negative
from bnsym.terms.walk import subterms

_MIRROR = {"<": ">", "<=": ">="}


@dataclass(frozen=True)
class Decision:
    """A verdict with its grounds: needs where proved, a witness where refuted, what was tried else."""

    verdict: Verdict
    needs: tuple[str, ...] = ()
    witness: Witness | None = None
    detail: str = ""


def decide(claim: Claim) -> Decision:
    """Prove the claim for every size, or refute it at the smallest instance, or say unknown."""
    claim = claim.expanded()
    normalizer = Normalizer(claim.definitions)
    limit = ""
    try:
        if holds(claim, normalizer):
            return confirm(claim)
    except (WorkLimitError, RecursionError):
        limit = (
            f"the normal form grew beyond its limit of {WORK_LIMIT:,} products or {NAMING_LIMIT:,} names; "
        )
    except UndefinedValueError as error:
        limit = f"a side may have no value at all ({error}); "
    witness, tried = find_witness(claim)
    if witness is not None:
        return Decision(Verdict.REFUTED, witness=witness)
    detail = f"{limit or 'not proved by the normal form; '}{tried}{_advice(claim)}"
    return Decision(Verdict.UNKNOWN, detail=detail)


def _advice(claim: Claim) -> str:
    """What may prove an equation whose sums hold entries beside their index, such as x[k + 1]."""
    sums = [node for side in (claim.left, claim.right) for node in subterms(side) if isinstance(node, Sum)]
    entries = [node for each in sums for node in subterms(each.body) if isinstance(node, Entry)]
    shifted = any(isinstance(place, Add) for entry in entries for place in entry.indices)
    return "; d.induction(..., over=SIZE) may prove it" if shifted and claim.relation == "=" else ""


def confirm(claim: Claim, extra: tuple[Need, ...] = ()) -> Decision:
    """A proved claim's decision: its needs, after one exact instance has agreed.

    The instance shares no code with the normal form, so a disagreement is a bug and is raised; and where
    no instance meets the needs, the claim would say nothing, so it is unknown.
    """
    claim = claim.expanded()
    instance = agreeing_instance(claim)
    if instance is None:
        return Decision(
            Verdict.UNKNOWN, detail="proved, but no exact instance was found that meets its needs"
        )
    if contradicts(claim, instance):
        raise InternalError(
            f"bnsym contradicts itself: {claim} was proved, and fails at {instance}; report it"
        )
    needs = tuple(dict.fromkeys((*map(str, extra), *map(str, needs_of(claim)), *assumptions_of(claim))))
    return Decision(Verdict.PROVED, needs=needs)


def holds(claim: Claim, normalizer: Normalizer) -> bool:
    """True only if the relation holds wherever both sides have a value."""
    if claim.relation == "=":
        return claim.left is claim.right or normalizer.equal(claim.left, claim.right)
    return ordered(claim) or ("=" in claim.relation and normalizer.equal(claim.left, claim.right))


def ordered(claim: Claim) -> bool:
    """True only if signs show the order: of a side against 0, or of the difference as it is written."""
    left, right, relation = claim.left, claim.right, claim.relation
    if relation in _MIRROR:
        left, right, relation = right, left, _MIRROR[relation]
    known = _sign(left, right, claim.definitions)
    return known.positive if relation == ">" else known.above


def _sign(left: Term, right: Term, definitions: Mapping[str, Definition]) -> Range:
    needs = needs_of(Claim(left, ">", right, definitions))
    signs = Signs(definitions, frozenset(need.term for need in needs if need.condition == "> 0"))
    return signs.of(left if right is ZERO else difference(left, right))


def difference(left: Term, right: Term) -> Term:
    """left - right, as they are written, without the terms that stand on both sides."""
    ours, theirs = list(_terms(left)), list(_terms(right))
    for term in list(ours):
        if term in theirs:
            ours.remove(term)
            theirs.remove(term)
    return add(*ours, *map(negative, theirs))


def _terms(term: Term) -> Iterator[Term]:
    if isinstance(term, Add):
        for part in term.terms:
            yield from _terms(part)
    else:
        yield term
