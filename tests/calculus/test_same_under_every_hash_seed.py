"""Keys of normal forms, verdicts, needs and witnesses are the same whatever PYTHONHASHSEED says."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent

SCRIPT = """
from hashlib import sha256
from random import Random
from term_families import DEFINITIONS, Family
from bnsym.calculus.atoms import key_of
from bnsym.calculus.normal import Normalizer
from bnsym.errors import BnsymError
from mutants import mutants
from bnsym.proof.claims import Claim
from bnsym.proof.prover import decide
from true_claims import derivations

digest = sha256()
for seed in range(80):
    try:
        key = key_of(Normalizer(DEFINITIONS).normal_form(Family(Random(seed)).term(3)))
    except BnsymError as error:
        key = str(error)
    digest.update(key.encode())
for derivation in derivations():
    for theorem in derivation.theorems:
        claim = theorem.claim
        for mutant in list(mutants(claim.left, (), ()))[:1]:
            decision = decide(Claim(mutant.term, "=", claim.right, claim.definitions))
            shown = f"{decision.verdict} {decision.needs} {decision.witness} {decision.detail}"
            digest.update(shown.encode())
print(digest.hexdigest())
"""


def started(seed: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_the_same_under_every_hash_seed() -> None:
    runs = [started(seed) for seed in ("0", "12345")]
    digests = {run.communicate(timeout=120)[0].strip() for run in runs}
    assert len(digests) == 1
    assert len(digests.pop()) == 64
