"""The term by which a wrong gradient differs is named, and only where it is proved to be that one."""

from __future__ import annotations

import pytest
from corpus.entry import Entry
from corpus.table import TABLE
from corpus.verifying import by_guessing

# the corpus's word for a mistake -> what one of these words must be in the diagnosis
WORDS = {
    "constants": "held constant",
    "no gamma": "is missing",
    "gamma twice": "applied twice",
    "gamma after": "taken out of a sum",
    "diagonal": "diagonal of the Jacobian",
    "biased": "where its forward divides by",
    "sign": "wrong sign",
    "power": "wrong power",
    "mean for sum": "a mean where a sum is due",
    "sum for mean": "a sum where a mean is due",
}
# right words in another form: a factor of a part, or no term of the table at all
OTHERWISE = {
    "sequence_norms:RMSNormNoCount",
    "toolbox:affine_backward_bias",
}
ROWS = [
    pytest.param(entry, of, kind, id=f"{entry.name}-{of}")
    for entry in TABLE
    for of, kind in entry.wrong.items()
    if kind in WORDS and not entry.against and entry.name not in OTHERWISE
]


@pytest.mark.parametrize(("entry", "of", "kind"), ROWS)
def test_the_mistake_is_named(entry: Entry, of: str, kind: str) -> None:
    told = [verdict.diagnosis for verdict in by_guessing(entry) if verdict.of == of]
    assert any(WORDS[kind] in text for text in told), told


def test_what_is_right_has_no_diagnosis() -> None:
    right = next(entry for entry in TABLE if not entry.wrong)
    assert not any(verdict.diagnosis for verdict in by_guessing(right))
