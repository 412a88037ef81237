"""Packages as they are installed: their labels by central differences, as for the corpus itself."""

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

pytestmark = pytest.mark.slow


def _import(module: str) -> None:
    """Imports a package that may be missing, or older than this Python's `collections`."""
    pytest.importorskip(module.partition(".")[0], exc_type=ImportError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(module)


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: entry.name)
def test_label_is_what_differences_say(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "Hashable", collections.abc.Hashable, raising=False)
    _import(entry.file)
    rng = np.random.default_rng(21)
    for sizes in SIZES:
        for of, far in distances(Case.random(entry, sizes, rng), rng).items():
            assert verdict(far) == entry.expected[of], f"{entry.name}, {of} at {sizes}: off by {far:.3g}"
