"""The theorems of the project's derivations for Coq, and false twins of them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from derivation_scripts import SCRIPTS, derivations
from term_mutants import mutants

from bnsym.proof.coq.export import Exported, export
from bnsym.proof.derivation import Derivation
from bnsym.proof.outcome import Verdict
from bnsym.proof.theorems import Theorem
from bnsym.terms.walk import free_indices

MUTATED = {  # one wrong twin of each kind of slip is made of these
    "backward": ("normalized_square_sum",),
    "batch_norm": ("gamma_gradient",),
    "four_steps": ("variance_in_one_pass",),
    "inference_gradients": ("input_gradient",),
    "moving_average": ("distance_shrinks_by_q",),
}


@cache
def theorems(expected: Verdict) -> tuple[tuple[Derivation, Theorem], ...]:
    return tuple(
        (derivation, theorem)
        for script in SCRIPTS
        for derivation in derivations(script)
        for theorem in derivation.theorems
        if theorem.expected is expected
    )


@cache
def exported() -> tuple[Exported, ...]:
    return tuple(export(*pair) for pair in theorems(Verdict.PROVED))


def the(derivation: str, theorem: str) -> Exported:
    return next(each for each in exported() if (each.derivation, each.theorem) == (derivation, theorem))


def refuted() -> Iterator[Exported]:
    """The claims that are expected to be false, as if they were theorems."""
    for derivation, theorem in theorems(Verdict.REFUTED):
        yield export(derivation, theorem)


def mutated() -> Iterator[Exported]:
    """True theorems with a slip on their right side that bnsym refutes."""
    for derivation, theorem in theorems(Verdict.PROVED):
        if theorem.name in MUTATED.get(derivation.name, ()):
            yield from _twins(derivation, theorem)


def _twins(derivation: Derivation, theorem: Theorem) -> Iterator[Exported]:
    kinds: set[str] = set()
    for kind, right in mutants(theorem.right, free_indices(theorem.right)):
        twin = replace(theorem, right=right)
        if kind not in kinds and twin.decide({}).verdict is Verdict.REFUTED:
            kinds.add(kind)
            yield export(derivation, replace(twin, name=f"{theorem.name}__{kind}"))
