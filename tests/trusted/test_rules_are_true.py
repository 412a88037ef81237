"""Each rule at exact random points: true inside its needs, false at some point outside them.

The evaluator (plain_values) shares no code with the checker.  A use of a rule is drawn at random, and so are
near misses of it, which are refused, or true as well.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from trusted.plain_values import holds
from trusted.random_steps import GENERATORS, random_certificate
from trusted.small_certificates import Json, written
from trusted.tampering import text_changes
from trusted.wrong_proofs import WRONG

from bnsym.proof.trusted.checker import Unreadable, check_text
from bnsym.proof.trusted.formula import Refused
from bnsym.proof.trusted.rules import RULES

FALSE_OUTSIDE = {
    "algebra": [
        "identity: no need of a denominator",
        "identity: a root of what may be negative",
        "identity: a denominator that is zero",
        "combination: a factor with a pole",
    ],
    "unfold": ["unfold: another body", "unfold: perhaps the start"],
    "linearity": ["linearity: a factor that holds the index", "linearity: another range"],
    "constant": [
        "constant: a range that may be negative",
        "constant: a range by an index",
        "constant: it holds the index",
    ],
    "sift": [
        "sift: after the range",
        "sift: before the range",
        "sift: a place that holds the index",
        "sift: an index of another range",
        "sift: a sum captures the place",
        "sift: a pole",
    ],
    "exchange": [
        "exchange: transposed",
        "exchange: other ranges",
        "exchange: a new name that is free",
        "exchange: a range that holds an index of that name outside",
        "exchange: a new name that an inner sum captures",
    ],
    "split": [
        "split: the middle after the range",
        "split: the middle before the range",
        "split: a place twice",
        "split: the middle perhaps after the range",
        "split: the second index is free",
    ],
    "single": ["single: two", "single: perhaps one"],
    "root": [
        "root: a negative factor",
        "root: a factor of any sign",
        "root: another square",
        "root: a negative radicand",
    ],
    "differentiate": [
        "differentiate: a root at 0",
        "differentiate: a factor",
        "differentiate: another entry",
    ],
    "induction": [
        "induction: no base",
        "induction: no step",
        "induction: another step",
        "induction: a factor with a pole",
        "induction: a definition holds the size",
        "induction: a step that needs what holds the size",
    ],
    "order": [
        "order: the other way",
        "order: strict for a square",
        "order: a product",
        "order: a cube",
        "order: a sum that may be empty",
        "order: a size less than the least",
    ],
}


def accepted(found: Json) -> bool:
    try:
        check_text(written(found))
    except (Refused, Unreadable):
        return False
    return True


def near_miss(found: Json, draw: random.Random) -> Json:
    """The claim with another right side, by the same step."""
    left, relation, right = found["statement"]
    [line] = found["proof"]
    _, other = draw.choice(list(text_changes(right, found)))
    *before, last = line["steps"]
    changed = {**line, "term": other, "steps": [*before, {**last, "claim": [left, relation, other]}]}
    return {**found, "statement": [left, relation, other], "proof": [changed]}


def evaluated(rule: str, uses: int, points: int) -> Counter[str]:
    """At how many points uses of the rule, and near misses that are accepted, were found true."""
    counts: Counter[str] = Counter()
    draw = random.Random(rule)
    for seed in range(uses):
        found = random_certificate(rule, seed)
        if not accepted(found):
            raise AssertionError(f"{rule} {seed}: a right use is refused: {found['statement']}")
        counts["points"] += holds(found, range(points))
        other = near_miss(found, draw)
        if accepted(other):
            counts["points of near misses"] += holds(other, range(points))
        counts["near misses accepted" if accepted(other) else "near misses refused"] += 1
    return counts


def test_every_rule_has_a_generator_and_a_falsehood_outside_its_needs() -> None:
    assert set(GENERATORS) == set(RULES) == set(FALSE_OUTSIDE)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_true_at_random_points(rule: str) -> None:
    assert evaluated(rule, 16, 8)["points"] >= 128


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_true_at_thousands_of_points(rule: str) -> None:
    counts = evaluated(rule, 200, 25)
    print(f"{rule}: {dict(counts)}")
    assert counts["points"] >= 5_000


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, names in FALSE_OUTSIDE.items() for name in names]
)
def test_outside_its_needs_a_rule_is_false(rule: str, name: str) -> None:
    found = WRONG[name]
    assert not accepted(found)
    assert rule in {step["by"] for line in found["proof"] for step in line["steps"]}
    with pytest.raises((AssertionError, RecursionError)):  # a recursion that never ends has no value
        holds({**found, "needs": []}, range(200))
