"""Every rule outside its needs, by name; and beside it the right use that it resembles."""

from __future__ import annotations

import pytest
from trusted.small_certificates import written
from trusted.wrong_proofs import TWINS, WRONG

from bnsym.proof.trusted.checker import Unreadable, check_text
from bnsym.proof.trusted.formula import Refused


@pytest.mark.parametrize("name", WRONG)
def test_wrong_proof_is_refused(name: str) -> None:
    with pytest.raises((Refused, Unreadable)):
        check_text(written(WRONG[name]))


@pytest.mark.parametrize("name", TWINS)
def test_right_twin_is_accepted(name: str) -> None:
    found = check_text(written(TWINS[name]))
    assert found.theorem == "test.claim"
