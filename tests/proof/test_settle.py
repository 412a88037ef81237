"""One theorem alone: decided with those before it that its steps use, and with no others."""

import pytest
from derivation_scripts import SCRIPTS, derivations
from sympy import Sum

import bnsym as bs
from bnsym.proof.derivation import Derivation


@pytest.fixture
def derivation():
    d = Derivation("means")
    m = bs.size("m")
    i = bs.index("i", m)
    x, b = bs.tensor("x", m), bs.scalar("b")
    mu = d.define("mu", Sum(x[i], i) / m)
    shifted = Sum(x[i] + b, i) / m
    d.prove("shift", shifted, mu + b)
    d.prove("other", mu, mu)
    d.prove("false", mu, 2 * mu)
    d.chain("twice", 2 * shifted).step("1", 2 * mu + 2 * b, by=bs.theorem("shift"))
    d.chain("more", 2 * shifted + 1).step("1", 2 * mu + 2 * b + 1, by=bs.theorem("twice"))
    d.chain("from_false", mu).step("1", 2 * mu, by=bs.theorem("false"))
    d.chain("from_later", mu).step("1", mu, by=bs.theorem("later"))
    d.prove("later", mu, mu)
    return d


def settled(derivation, name):
    decided = {}
    theorem = next(theorem for theorem in derivation.theorems if theorem.name == name)
    return derivation.settle(theorem, decided), decided


@pytest.mark.parametrize(
    ("name", "verdict", "decided"),
    [
        ("shift", "proved", ["shift"]),
        ("twice", "proved", ["shift", "twice"]),
        ("more", "proved", ["shift", "twice", "more"]),
        ("false", "refuted", ["false"]),
        ("from_false", "unknown", ["false", "from_false"]),
    ],
)
def test_only_what_is_used_is_decided_before(derivation, name, verdict, decided):
    outcome, all_decided = settled(derivation, name)
    assert outcome.verdict == verdict
    assert list(all_decided) == decided


def test_a_later_theorem_cannot_be_used(derivation):
    with pytest.raises(bs.UsageError, match=r"'later', which is not stated before it"):
        settled(derivation, "from_later")


def test_what_is_decided_is_not_decided_again(derivation):
    first, decided = settled(derivation, "twice")
    theorem = next(theorem for theorem in derivation.theorems if theorem.name == "twice")
    assert derivation.settle(theorem, decided) is first


@pytest.mark.parametrize("script", SCRIPTS)
def test_alone_and_in_order_come_to_the_same(script):
    for derivation in derivations(script):
        in_order = {outcome.name: outcome.verdict for outcome in derivation.check()}
        users = [theorem for theorem in derivation.theorems if theorem.uses]
        assert all(derivation.settle(each, {}).verdict is in_order[each.name] for each in users)
