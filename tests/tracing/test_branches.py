"""Branches that the tracer takes: on types, on data types, on sizes, and on scalars that have a range."""

import numpy as np
import pytest

from bnsym.terms.nodes import Sign
from bnsym.tracing import BranchOnDataError, explore


def traced(function, shape=("N", "C"), **scalar):
    def attempt(trace):
        x = trace.tensor("x", shape)
        given = [trace.scalar("s", **scalar)] if scalar else []
        return trace.call(function, x, *given), trace.assumptions, str(x.shape[0].term)

    return explore(attempt)


def its_type(x):
    return type(x) in (np.ndarray, np.memmap) and type(x) is not list and type(x).__name__ == "ndarray"


def types_of_sizes(x):
    size, depth = x.shape[0], len(x.shape)
    return type(size) is int and type(depth) is int and type(size / 2) is not int and type(x.shape) is tuple


def a_real_type(x):
    return isinstance(np.ndarray, type) and type(x) is np.memmap


def data_type(x):
    return x.dtype == np.float64, x.dtype == np.float16, x.dtype.name, np.dtype(np.float32).name


def limits(x):
    return float(np.finfo(np.float32).tiny), float(np.finfo(x.dtype).tiny)


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (its_type, True),
        (types_of_sizes, True),
        (a_real_type, False),
        (data_type, (True, False, "float64", "float32")),
        (limits, (2.0**-126, 2.0**-1022)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_types_are_those_of_arrays(function, answer):
    assert traced(function)[0] == answer


def refuse_one_row(x):
    if x.shape[0] < 2:
        raise ValueError("one row")
    return x


def refuse_two_rows(x):
    if x.shape[0] <= 2:
        raise ValueError("two rows")
    return x


def refuse_one_value(x):
    if x.size < 2:
        raise ValueError("one value")
    return x


def test_a_size_is_at_least_what_the_branch_lets_pass():
    assert "least=2)" in traced(refuse_one_row)[2]
    assert "least=3)" in traced(refuse_two_rows)[2]
    assert traced(refuse_one_value)[1] == ("C*N > 1",)


def between(x, s):
    return 0 <= s <= 1


def test_a_range_decides_a_branch():
    assert traced(between, sign=Sign.REAL, between=(0.0, 1.0))[0]
    assert not traced(between, sign=Sign.REAL, between=(2.0, 3.0))[0]


# the code's question about s in [0, 1], the answer
ASKED = [
    (lambda s: s < 0, False),
    (lambda s: s <= 0, None),
    (lambda s: s > 1, False),
    (lambda s: s >= 1, None),
    (lambda s: s == 2, False),
    (lambda s: s != 2, True),
    (lambda s: s == 0.5, None),
    (lambda s: s != 0.5, None),
    (lambda s: s == 0, None),
    (lambda s: s < 0.5, None),
]


@pytest.mark.parametrize(("question", "answer"), ASKED)
def test_a_branch_within_the_range_is_not_decided(question, answer):
    def code(x, s):
        return bool(question(s))

    if answer is None:
        with pytest.raises(BranchOnDataError):
            traced(code, sign=Sign.REAL, between=(0.0, 1.0))
    else:
        assert traced(code, sign=Sign.REAL, between=(0.0, 1.0))[0] is answer
