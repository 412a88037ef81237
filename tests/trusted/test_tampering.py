"""No change of a certificate makes it prove what is false.

Of each change one of four things is true: the certificate is refused; the field is one of those that claim
nothing; the theorem that is shown (statement, needs, declarations) is the same one; or it is
another one, and then an evaluation that shares nothing with bnsym finds it true at every point that it tries.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from trusted.plain_values import holds
from trusted.small_certificates import Json, written
from trusted.suite_certificates import suite_certificates
from trusted.tampering import Change, changes

from bnsym.proof.trusted.checker import Checked, Unreadable, check_text
from bnsym.proof.trusted.formula import Refused

SAMPLE = 300
EVERY, PARTS = int(os.environ.get("TAMPER_EVERY", "6")), 16


def verdict(found: Json, right: Checked, change: Change) -> str:
    """What became of a change; AssertionError if something false is accepted."""
    other = change.made(found)
    try:
        checked = check_text(written(other))
    except (Refused, Unreadable):
        return "refused"
    if change.claims_nothing:
        return "claims nothing"
    if (checked.statement, checked.needs, checked.given) == (right.statement, right.needs, right.given):
        return "the same theorem, by another proof or instance"
    shown = " ".join(other["statement"])
    assert checked.statement == shown, f"{change}: shown is {checked.statement}"
    assert (
        checked.given != right.given or checked.needs != right.needs or checked.statement != right.statement
    )
    assert holds(other, range(3), 2) >= 0, change
    return "another theorem, shown as such, true where evaluated"


def run(pairs: list[tuple[str, Change]]) -> Counter[str]:
    """Count the verdicts."""
    suite = suite_certificates()
    right = {name: check_text(written(suite[name])) for name in {name for name, _ in pairs}}
    counts: Counter[str] = Counter()
    for name, change in pairs:
        try:
            counts[verdict(suite[name], right[name], change)] += 1
        except AssertionError as error:
            raise AssertionError(f"{name}: {change.path} {change.way}: {error}") from error
    return counts


def all_changes() -> list[tuple[str, Change]]:
    """Every change of every certificate of the suite."""
    return [(name, change) for name, found in suite_certificates().items() for change in changes(found)]


def test_sample_of_changes() -> None:
    pairs = all_changes()
    counts = run(random.Random(3).sample(pairs, SAMPLE))
    print(f"of {len(pairs)} changes {SAMPLE} drawn: {dict(counts)}")
    assert counts["refused"] > SAMPLE * 0.8


@pytest.mark.parametrize(
    "key", ["statement", "needs", "definitions", "sizes", "indices", "scalars", "tensors"]
)
def test_sample_of_changes_of_what_is_claimed(key: str) -> None:
    pairs = [pair for pair in all_changes() if pair[1].path[0] == key]
    counts = run(random.Random(5).sample(pairs, min(len(pairs), 30)))
    print(f"{key}: of {len(pairs)} changes {counts.total()} drawn: {dict(counts)}")
    assert counts["the same theorem, by another proof or instance"] == 0 or key in (
        "definitions",
        "needs",
        "indices",
        "statement",
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_share_of_all_changes(part: int) -> None:
    """Every sixth change, in parts for several processors; with TAMPER_EVERY=1 in the environment, all."""
    pairs = all_changes()
    counts = run(pairs[part * EVERY :: PARTS * EVERY])
    print(f"part {part}: every {EVERY}. of {len(pairs)} changes, {counts.total()} here: {dict(counts)}")
    assert counts["refused"] > counts.total() * 0.8
