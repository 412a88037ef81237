"""Random claims from end to end: what is proved holds in every world, what is refuted fails in one."""

from collections import Counter
from random import Random

import pytest
from claim_checks import check_witness
from exact_oracle import close
from rewritings import faulty, rewritten
from term_families import DEFINITIONS, Family, places_in, value_or_none, worlds

from bnsym.errors import UsageError
from bnsym.proof.claims import Claim
from bnsym.proof.prover import decide
from bnsym.terms.nodes import Index, Term
from bnsym.terms.text import text

RELATIONS = {
    "=": close,
    "<=": lambda left, right: left <= right or close(left, right),
    "<": lambda left, right: left < right and not close(left, right),
    ">": lambda left, right: left > right and not close(left, right),
    ">=": lambda left, right: left >= right or close(left, right),
}


def check_proved(claim: Claim, free: tuple[Index, ...], seed: int) -> None:
    for world in worlds(seed, 8):
        places = places_in(world, free)
        left, right = (value_or_none(side, world, places) for side in (claim.left, claim.right))
        if left is not None and right is not None:
            assert RELATIONS[claim.relation](left, right), (str(claim), world.sizes, places)


def verdict(left: Term, relation: str, right: Term, free: tuple[Index, ...], seed: int) -> str:
    claim = Claim(left, relation, right, DEFINITIONS)
    try:
        decision = decide(claim)
    except UsageError:  # a range whose length is not known to be >= 0
        return "refused"
    if decision.verdict == "proved":
        check_proved(claim, free, seed)
    if decision.verdict == "refuted" and relation == "=":
        assert decision.witness is not None
        check_witness(claim, decision.witness, text(left))
    return str(decision.verdict)


def run(first: int, last: int, depth: int) -> Counter[tuple[str, str]]:
    verdicts: Counter[tuple[str, str]] = Counter()
    for seed in range(first, last):
        random = Random(seed)
        family = Family(random)
        term = family.term(depth)
        relation = random.choice(["=", "=", "=", *RELATIONS])
        for kind, other in (("equal", rewritten(term, random)), ("faulty", faulty(term, random))):
            if other is not None:
                found = verdict(term, relation, other, family.free, seed)
                verdicts[f"{kind} {'=' if relation == '=' else 'order'}", found] += 1
    print(verdicts)
    return verdicts


def test_verdicts_on_random_claims() -> None:
    verdicts = run(0, 130, 3)
    assert verdicts["equal =", "refuted"] == 0
    assert verdicts["equal =", "proved"] > 50
    assert verdicts["faulty =", "refuted"] > 50
    assert verdicts["equal =", "unknown"] <= 1


@pytest.mark.slow
def test_verdicts_on_deeper_random_claims() -> None:
    verdicts = run(5000, 5050, 4)
    assert verdicts["equal =", "refuted"] == 0
