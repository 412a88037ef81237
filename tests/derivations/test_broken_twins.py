"""Every step and every statement of the derivations, broken in every place: each twin is caught.

A broken step must be an error that names the step, quotes both sides, and shows a counterexample; a slip
that leaves a true equation (dropping a term that is 0) must be told with the reason that it would take.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from derivation_scripts import SCRIPTS, Line, derivations, indices_of, lines
from term_mutants import mutants

from bnsym.calculus.normal import Normalizer
from bnsym.errors import BnsymError, StepError
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import holds
from bnsym.proof.reasons import algebra, follows
from bnsym.proof.theorems import Chain, Inductive, Theorem
from bnsym.proof.witness import find_witness
from bnsym.terms.nodes import Term
from bnsym.terms.text import text

BROKEN_STEPS, BROKEN_STATEMENTS = 1200, 600  # at least as many twins are made
WITH_CHAINS = tuple(script for script in SCRIPTS if any(lines(script)))


def broken_lines(script: str) -> list[tuple[Line, str, Term]]:
    return [(line, *twin) for line in lines(script) for twin in mutants(line.step.term, line.indices)]


def one_of_a_kind(twins: list[tuple[str, Term]]) -> Iterator[Term]:
    return iter(dict(twins).values())


def refused(line: Line, term: Term) -> bool:
    try:
        return not follows(line.claim_of(term), line.step.reason, line.proved, Normalizer)
    except BnsymError:
        return True


def told(line: Line, **changes) -> str:
    """What the chain says when this step of it is changed."""
    step = replace(line.step, **changes)
    kept = line.chain.lines[: line.number]
    with pytest.raises(StepError) as caught:
        replace(line.chain, lines=[*kept, step], right=step.term).decide(line.proved)
    return str(caught.value)


@pytest.mark.parametrize("script", WITH_CHAINS)
def test_every_broken_step_is_refused(script):
    assert [
        f"{line}: {kind}: {text(t)}" for line, kind, t in broken_lines(script) if not refused(line, t)
    ] == []


@pytest.mark.parametrize("script", WITH_CHAINS)
def test_a_broken_step_is_named_with_both_sides_and_why(script):
    for line in lines(script):
        for term in one_of_a_kind(list(mutants(line.step.term, line.indices))):
            head, left, right, why = told(line, term=term).split("\n")
            place = f"derivations/{script}.py:{line.step.place.line}"
            assert head.startswith(f"{line.chain.name}, step {line.step.eq} (")
            assert head.endswith(f"{place}) does not follow by {line.step.reason}:")
            assert (left, right) == (f"  {text(line.before)}", f"  {line.step.relation} {text(term)}")
            assert why.startswith(
                ("  fails at ", "  the two sides are equal, but not by this reason; it takes ")
            )


@pytest.mark.parametrize("script", WITH_CHAINS)
def test_a_reason_that_is_too_weak_is_told_what_it_takes(script):
    for line in lines(script):
        if line.step.relation == "=" and (line.step.reason.rules or line.step.reason.opened):
            assert "the two sides are equal, but not by this reason; it takes " in told(line, reason=algebra)


def statements(script: str) -> Iterator[tuple[Theorem, list[tuple[str, Term]]]]:
    """What is stated in one line (not as a chain) and expected to be proved; its broken right sides."""
    for derivation in derivations(script):
        for theorem in derivation.theorems:
            if not isinstance(theorem, Chain) and theorem.expected is Verdict.PROVED:
                yield theorem, list(mutants(theorem.right, indices_of(derivation)))


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_broken_statement_is_proved(script):
    """Except one that is true all the same: then no exact instance may contradict it."""
    for theorem, twins in statements(script):
        for kind, term in twins:
            claim = replace(theorem.claim, right=term).expanded()
            if not isinstance(theorem, Inductive) and holds(claim, Normalizer(claim.definitions)):
                witness, _ = find_witness(claim)
                assert witness is None, f"{theorem.name}: {kind}: {claim}: {witness}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_broken_statement_is_refuted(script):
    for theorem, twins in statements(script):
        for term in one_of_a_kind(twins):
            decision = replace(theorem, right=term).decide({})
            assert decision.verdict is not Verdict.UNKNOWN, f"{theorem.name}: {text(term)}: {decision.detail}"
            assert decision.verdict is not Verdict.PROVED or not isinstance(theorem, Inductive)


def test_there_are_many_twins():
    steps = sum(len(broken_lines(script)) for script in SCRIPTS)
    claims = sum(len(twins) for script in SCRIPTS for _, twins in statements(script))
    print(f"{steps} broken steps, {claims} broken statements")
    assert steps >= BROKEN_STEPS
    assert claims >= BROKEN_STATEMENTS
