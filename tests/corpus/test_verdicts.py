"""The corpus is the judge: every right gradient proved, every wrong one refuted, none the other way round.

Each row runs twice: with the roles and places that it gives, and with nothing but its functions.
"""

from __future__ import annotations

import pytest
from corpus.entry import Entry
from corpus.table import TABLE
from corpus.verifying import by_guessing, by_row, verdicts

from bnsym import Verification

# Code that takes rows and images is held against both: what is right for the one and wrong for the other.
BY_RANK = {"helpers:backward_count_of_rows", "helpers:backward_count_of_rows, images"}
SLOWEST = 20.0  # seconds; a row takes about 0.1 s, and several share these processors


def _agrees(found: Verification, entry: Entry) -> list[str]:
    seen = verdicts(found, entry)
    several = {"proved", "refuted"} if entry.name in BY_RANK else set()
    return [
        f"{of}: {sorted(seen.get(of, ()))}, expected {due}"
        for of, due in entry.expected.items()
        if seen.get(of) != {due} and not (several and due in seen.get(of, ()))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_by_what_the_row_says(entry: Entry, record_property) -> None:
    found = by_row(entry)
    record_property("seconds", sum(verdict.seconds for verdict in found))
    assert _agrees(found, entry) == [], found


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_by_guessing_alone(entry: Entry, record_property) -> None:
    found = by_guessing(entry)
    record_property("seconds", sum(verdict.seconds for verdict in found))
    assert _agrees(found, entry) == [], found


@pytest.mark.parametrize("entry", [row for row in TABLE if row.wrong], ids=lambda entry: entry.name)
def test_a_refutation_shows_an_input_or_a_shape(entry: Entry) -> None:
    for verdict in by_guessing(entry):
        if verdict.verdict == "refuted":
            assert verdict.counterexample or "shape" in verdict.diagnosis
            assert verdict.seconds < SLOWEST
