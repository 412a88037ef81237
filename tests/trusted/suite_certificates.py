"""The certificates of all proved theorems of the suite, written once a session."""

from __future__ import annotations

import json
from functools import cache

from trusted.small_certificates import Json

from bnsym.proof.certificate import write_certificate
from bnsym.proof.outcome import Verdict
from bnsym.proof.suite import load, own_derivations, scripts


@cache
def suite_certificates() -> dict[str, Json]:
    """derivation.theorem to the certificate."""
    found: dict[str, Json] = {}
    for script in scripts([own_derivations()]):
        for derivation in load(script):
            earlier = {theorem.name: theorem for theorem in derivation.theorems}
            for theorem in derivation.theorems:
                if theorem.expected is Verdict.PROVED:
                    name = f"{derivation.name}.{theorem.name}"
                    found[name] = json.loads(write_certificate(name, theorem, earlier))
    return found
