"""Every definition of the derivations, broken: the suite must notice, or say why it cannot.

A refutation stands with many definitions, so what only a refutation uses is pinned by nothing; such a
definition gets a theorem of its own, or a row in SAME_ANYHOW.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from derivation_scripts import SCRIPTS, derivations, uses
from term_mutants import mutants

from bnsym.errors import BnsymError
from bnsym.proof.derivation import Derivation
from bnsym.terms.nodes import Index, Term
from bnsym.terms.text import text

# Definitions that may differ without a claim becoming false: script, definition, why.
SAME_ANYHOW = {
    ("at_test_time", "own_var"): "one example is its own mean, so that its squared distance has no weight",
    ("backward", "y"): "a constant added to the output has no gradient",
    ("bias_cancellation", "u"): "a constant added to the input cancels",
    ("gradient_facts", "s"): "the closed forms hold for either sign of the root",
    ("identity_recovery", "mu"): "scale and shift undo any centre",
    ("input_normalization", "constant"): "any level is a level",
    ("input_normalization", "flat_var"): "a variance of 0 times anything",
    ("input_normalization", "std"): "the square of the average is the same for either sign",
    ("layer_norm", "h"): "a constant added to the upstream gradient has no part in the input gradient",
    ("scale_and_shift", "Z_norm"): "mean 0 and mean square are the same for either sign",
    ("scale_invariance", "Wu"): "any input will do",
    ("scale_invariance", "unit"): "a constant added to the output has no gradient",
    ("scale_invariance", "unit_a"): "a constant added to the output has no gradient",
}


@contextmanager
def defined_as(derivation: Derivation, name: str, body: Term) -> Iterator[None]:
    """The derivation with another body for one of its definitions."""
    definition, theorems = derivation.definitions[name], derivation.theorems
    derivation.definitions[name] = replace(definition, body=body)
    derivation.theorems = [replace(theorem) for theorem in theorems]  # they remember their claims
    try:
        yield
    finally:
        derivation.definitions[name], derivation.theorems = definition, theorems


def notices(derivation: Derivation, name: str) -> bool:
    decided = {}
    affected = [theorem for theorem in derivation.theorems if uses(derivation, theorem, name)]
    try:
        return any(not derivation.settle(theorem, decided).as_expected for theorem in affected)
    except BnsymError:
        return True


def unnoticed(script: str) -> Iterator[tuple[str, str]]:
    for derivation in derivations(script):
        for name, definition in list(derivation.definitions.items()):
            scope = frozenset(p for p in definition.parameters if isinstance(p, Index))
            for kind, body in dict(mutants(definition.body, scope)).items():
                with defined_as(derivation, name, body):
                    if not notices(derivation, name):
                        yield name, f"{kind}: {name} := {text(body)}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_broken_definition_is_noticed(script):
    found = list(unnoticed(script))
    assert [told for name, told in found if (script, name) not in SAME_ANYHOW] == []
    assert {(script, name) for name, _ in found} == {key for key in SAME_ANYHOW if key[0] == script}
