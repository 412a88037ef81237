"""A comparison raises: kind and shape first, then numbers; NaN is bad; it quotes both sides and where."""

import numpy as np
import pytest

from bnsym.errors import CheckError, MismatchError
from bnsym.verify.compare import compare, same_form

EXPECTED = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def changed(at, to):
    array = EXPECTED.copy()
    array[at] = to
    return array


# what arrives instead of EXPECTED, what the message must say
BAD = [
    ("one entry off", changed((1, 0), 4.5), "1 of 6 entries off, worst at (1, 0): got 4.5, expected 4.0"),
    ("the worst of two", changed(1, 9.0), "3 of 6 entries off, worst at (1, 0): got 9.0, expected 4.0"),
    ("NaN", changed((0, 2), np.nan), "1 of 6 entries off, worst at (0, 2): got nan, expected 3.0"),
    ("infinity", changed((0, 2), np.inf), "got inf, expected 3.0"),
    ("transposed", EXPECTED.T, "got shape (3, 2), expected (2, 3)"),
    ("would broadcast", EXPECTED[:1], "got shape (1, 3), expected (2, 3)"),
    ("integers", EXPECTED.astype(int), "got dtype int64, expected an array of floats"),
    ("a list", EXPECTED.tolist(), "got list, expected an array of floats"),
    ("nothing", None, "got NoneType, expected an array of floats"),
]


@pytest.mark.parametrize(("actual", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_off_raises_and_is_told(actual, message):
    with pytest.raises(MismatchError) as caught:
        compare("y", actual, EXPECTED, np.full((2, 3), 1e-3))
    assert message in str(caught.value)
    assert str(caught.value).startswith("y: ")


def test_within_the_budget_is_good_and_its_share_is_told():
    assert compare("y", EXPECTED, EXPECTED, np.zeros((2, 3))) == 0.0
    assert compare("y", changed((1, 1), 5.25), EXPECTED, np.float64(0.5)) == 0.5
    assert compare("y", changed((1, 1), 5.5), EXPECTED, np.float64(0.5)) == 1.0
    assert compare("y", np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 3))) == 0.0


@pytest.mark.parametrize("budget", [np.nan, np.inf])
def test_a_budget_that_is_not_finite_never_passes(budget):
    with pytest.raises(CheckError, match="the budget is not finite"):
        compare("y", EXPECTED, EXPECTED, changed((0, 0), budget))


def test_an_entry_in_a_budget_of_zero_must_be_the_same():
    with pytest.raises(MismatchError):
        compare("y", changed((0, 0), np.nextafter(1.0, 2.0)), EXPECTED, np.zeros((2, 3)))


def test_the_dtype_is_compared_where_it_is_given():
    same_form("y", EXPECTED.astype(np.float32), (2, 3), np.float32)
    with pytest.raises(MismatchError, match="got dtype float64, expected float32"):
        same_form("y", EXPECTED, (2, 3), np.float32)
