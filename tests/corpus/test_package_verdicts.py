"""Packages as they are installed, verified by guessing alone: none decided wrongly."""

from __future__ import annotations

import collections
import collections.abc

import pytest
from corpus.entry import Entry
from corpus.packages import PACKAGES
from corpus.test_packages import _import
from corpus.verifying import verdicts

from bnsym.verify.code.api import Request, verify_pair
from bnsym.verify.code.targets import pairs

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: entry.name)
def test_by_guessing_alone(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "Hashable", collections.abc.Hashable, raising=False)
    _import(entry.file)
    [pair] = pairs([f"{entry.file}:{method}" for method in (entry.forward, entry.backward)])
    seen = verdicts(verify_pair(pair, Request()), entry)
    assert {of: due in seen[of] for of, due in entry.expected.items()} == dict.fromkeys(entry.expected, True)
