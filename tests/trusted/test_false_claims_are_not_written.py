"""No certificate of a false claim: mutants of true claims go to the writer, past the prover's verdict."""

from __future__ import annotations

import json
import random
from collections import Counter

from claim_checks import difference, free_in, sizes_in, worlds_of
from mutants import mutants
from true_claims import derivations
from trusted.plain_values import holds

from bnsym.errors import BnsymError
from bnsym.proof.certificate import write_claim_certificate
from bnsym.proof.claims import Claim
from bnsym.proof.trusted.checker import check_text
from bnsym.proof.trusted.formula import Refused

SAMPLE = 420


def mutated_claims() -> list[Claim]:
    """Every fault of the table at every place of the right sides."""
    found = []
    for theorem in (theorem for derivation in derivations() for theorem in derivation.theorems):
        claim = theorem.claim
        for mutant in mutants(claim.right, free_in(claim), sizes_in(claim)):
            found.append(Claim(claim.left, "=", mutant.term, claim.definitions))
    return found


def _differs(claim: Claim) -> bool:
    expanded = claim.expanded()
    return any(difference(expanded, world, places) is not None for world, places in worlds_of(expanded))


def test_false_claims_are_not_written() -> None:
    counts: Counter[str] = Counter()
    claims = mutated_claims()
    for claim in random.Random(7).sample(claims, min(SAMPLE, len(claims))):
        try:
            text = write_claim_certificate("test.mutant", claim)
        except (BnsymError, NotImplementedError, Refused):
            counts["false, not written" if _differs(claim) else "not written"] += 1
            continue
        assert not _differs(claim), text[:2_000]
        check_text(text.encode())
        assert holds(json.loads(text), range(3), 2) >= 0
        counts["written, and equal wherever it was evaluated"] += 1
    print(f"of {len(claims)} mutants: {dict(counts)}")
    assert counts["false, not written"] >= 300
