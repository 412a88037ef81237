"""Hard claims end in unknown, soon, with what was tried; who waits is told what for."""

from time import process_time

import sympy
from sympy import Sum

import bnsym as bs
from bnsym.proof.outcome import Verdict
from bnsym.proof.witness import VALUE_LIMIT

SECONDS = 20  # of processor time, three times what it takes


def clique(binders, factor):
    """A sum in which no index can be told from another: too many names for one normal form."""
    m = bs.size("m")
    w = bs.tensor("w", m, m)
    indices = [sympy.Symbol(f"k{n}", integer=True) for n in range(binders)]
    body = factor * sympy.prod([w[i, k] for i in indices for k in indices if i is not k])
    return Sum(body, *((index, 1, m) for index in indices))


def test_a_hard_claim_is_soon_unknown_and_says_what_was_tried():
    derivation = bs.Derivation("hard")
    derivation.prove("scaled", clique(9, 2), 2 * clique(9, 1))
    start = process_time()
    [outcome] = derivation.check()
    assert process_time() - start < SECONDS
    assert outcome.verdict is Verdict.UNKNOWN
    assert "the normal form grew beyond its limit of" in outcome.detail
    assert f"up to the limit of {VALUE_LIMIT:,} values" in outcome.detail


def test_who_waits_is_told_before_each_theorem():
    derivation = bs.Derivation("d")
    c = bs.scalar("c")
    derivation.prove("a", c + c, 2 * c)
    derivation.prove("b", c - c, 0)
    told = []
    derivation.check(told.append)
    assert told == ["d: a", "d: b"]
