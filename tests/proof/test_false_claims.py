"""The false-claim battery: automatic mutants of true claims; none may be proved unless it is equivalent.

Each verdict is checked by the tests' own evaluator: a proved mutant must agree at every world that is tried
(it is then equivalent, and is listed), a refuted one must differ at its witness by the values it prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from claim_checks import check_witness, difference, free_in, sizes_in, worlds_of
from mutants import mutants
from true_claims import derivations

from bnsym.proof.claims import Claim
from bnsym.proof.prover import Decision, decide
from bnsym.proof.theorems import Theorem

THEOREMS = [(d, theorem) for d in derivations() for theorem in d.theorems]


@dataclass(frozen=True)
class Case:
    """A mutant of a claim, with the name of the claim and of the fault."""

    name: str
    claim: Claim


def all_mutants() -> Iterator[Case]:
    for derivation, theorem in THEOREMS:
        claim = theorem.claim
        free, sizes = free_in(claim), sizes_in(claim)
        for side, term in (("right", claim.right), ("left", claim.left)):
            for mutant in mutants(term, free, sizes):
                pair = (claim.left, mutant.term) if side == "right" else (mutant.term, claim.right)
                name = f"{derivation.name}: {theorem.name}: {side}: {mutant.name}"
                yield Case(name, Claim(pair[0], "=", pair[1], claim.definitions))


MUTANTS = list(all_mutants())


def checked(case: Case) -> tuple[str, Decision]:
    """The verdict on a mutant, after it was checked by the oracle."""
    decision = decide(case.claim)
    expanded = case.claim.expanded()
    if decision.verdict == "proved":
        for world, places in worlds_of(expanded):
            found = difference(expanded, world, places)
            assert found is None, f"{case.name} was proved, and differs: {found} at {world.sizes} {places}"
    if decision.verdict == "refuted":
        assert decision.witness is not None
        check_witness(expanded, decision.witness, case.name)
    return str(decision.verdict), decision


def run(cases: list[Case]) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    equivalent, unknown = [], []
    for case in cases:
        verdict, decision = checked(case)
        verdicts[verdict] += 1
        equivalent += [case.name] if verdict == "proved" else []
        unknown += [f"{case.name} ({decision.detail})"] if verdict == "unknown" else []
    print(f"\n{len(cases)} mutants: {dict(verdicts)}")
    print("equivalent, and proved:", *equivalent, sep="\n  ")
    print("unknown:", *unknown, sep="\n  ")
    return verdicts


@pytest.mark.parametrize(("derivation", "theorem"), THEOREMS, ids=lambda part: part.name)
def test_the_claims_that_the_mutants_are_made_from_are_proved(derivation: object, theorem: Theorem) -> None:
    decision = decide(theorem.claim)
    assert decision.verdict == "proved"
    expanded = theorem.claim.expanded()
    assert all(difference(expanded, world, places) is None for world, places in worlds_of(expanded, 2))


def test_no_false_mutant_is_proved() -> None:
    """Every sixth mutant; each kind of fault is among them."""
    cases = MUTANTS[::6]
    assert len(cases) >= 300
    verdicts = run(cases)
    assert verdicts["refuted"] >= 0.9 * len(cases)
    assert verdicts["unknown"] <= 0.02 * len(cases)


@pytest.mark.slow
def test_no_false_mutant_is_proved_of_every_third() -> None:
    verdicts = run(MUTANTS[1::3])
    assert verdicts["unknown"] <= 0.01 * len(MUTANTS)


def test_every_kind_of_fault_is_in_the_quick_table() -> None:
    kinds = {case.name.split(": ")[3].split(" at ")[0] for case in MUTANTS}
    quick = {case.name.split(": ")[3].split(" at ")[0] for case in MUTANTS[::6]}
    assert kinds == quick
    assert len(kinds) >= 14
