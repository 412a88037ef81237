"""Packages as they are installed, unmodified: labelled by central differences, then traced and decided."""

from __future__ import annotations

import collections
import collections.abc
import importlib
import warnings

import numpy as np
import pytest
from corpus.calling import Case
from corpus.entry import Entry
from corpus.packages import PACKAGES
from corpus.test_labels import SIZES, distances, verdict
from corpus.verifying import by_guessing, by_row, verdicts

pytestmark = pytest.mark.slow

# Guessed to be called with rows, one entry a channel: constant there, and its gradient of 0 is right.
ROWS_ALONE = [row for row in PACKAGES if row.file.endswith("InstanceNorm")]


def _import(module: str) -> None:
    """Imports a package that may be missing, or older than this Python's `collections`."""
    pytest.importorskip(module.partition(".")[0], exc_type=ImportError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(module)


@pytest.fixture(autouse=True)
def old_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of the packages imports from `collections`, as older Pythons have it."""
    monkeypatch.setattr(collections, "Hashable", collections.abc.Hashable, raising=False)


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: entry.name)
def test_verdict_by_what_the_row_says(entry: Entry) -> None:
    _import(entry.file)
    found = by_row(entry)
    assert verdicts(found, entry) == {of: {due} for of, due in entry.expected.items()}, found


@pytest.mark.parametrize("entry", [row for row in PACKAGES if row not in ROWS_ALONE], ids=lambda e: e.name)
def test_verdict_by_guessing_alone(entry: Entry) -> None:
    _import(entry.file)
    found = by_guessing(entry)
    seen = verdicts(found, entry)
    assert {of: seen.get(of) for of in entry.expected} == {of: {due} for of, due in entry.expected.items()}, (
        found
    )


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: entry.name)
def test_label_is_what_differences_say(entry: Entry) -> None:
    _import(entry.file)
    rng = np.random.default_rng(21)
    for sizes in SIZES:
        for of, far in distances(Case.random(entry, sizes, rng), rng).items():
            assert verdict(far) == entry.expected[of], f"{entry.name}, {of} at {sizes}: off by {far:.3g}"
