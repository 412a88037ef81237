"""Code whose numbers NumPy would round is refused, not read as if it were exact."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bnsym.tracing import Trace, TracingError, UnsupportedCallError, explore


def into_full(x: Any) -> Any:
    out = np.full(x.shape, 0)
    out[...] = x
    return out


def into_integer_zeros(x: Any) -> Any:
    out = np.zeros(x.shape, dtype=int)
    out[...] = x
    return out


def into_like(x: Any) -> Any:
    out = np.zeros_like(np.full(x.shape, 1))
    out += x
    return out


def into_list_of_integers(x: Any) -> Any:
    out = np.array([0, 0])
    out[0] = x.mean()
    return out


def as_integers(x: Any) -> Any:
    return x.astype(np.int32)


def caught_by_a_bare_except(x: Any) -> Any:
    try:
        groups = x.shape[0] // 2
    except:  # noqa: E722 - as careless code has it
        groups = 1
    return x * groups


REFUSED = (into_full, into_integer_zeros, into_like, into_list_of_integers, as_integers)


@pytest.mark.parametrize("code", REFUSED, ids=lambda code: code.__name__)
def test_what_is_rounded_is_refused(code: Callable[..., Any]) -> None:
    with pytest.raises(UnsupportedCallError):
        explore(lambda trace: trace.call(code, trace.tensor("x", ("N",))))


def of_floats(x: Any) -> Any:
    out = np.full(x.shape, 0.0)
    out[...] = x
    return out


def of_integers_alone(x: Any) -> Any:
    out = np.zeros(x.shape, dtype=int)
    out[...] = 3
    return out + x


@pytest.mark.parametrize("code", [of_floats, of_integers_alone], ids=lambda code: code.__name__)
def test_what_is_kept_is_read(code: Callable[..., Any]) -> None:
    explore(lambda trace: trace.call(code, trace.tensor("x", ("N",))))


def test_a_size_that_is_split_is_seen_through_a_bare_except() -> None:
    def attempt(trace: Trace) -> Any:
        trace.call(caught_by_a_bare_except, trace.tensor("x", ("N",)))
        return trace.assumptions

    assert explore(attempt) == ("N = 2*K",)


def test_a_least_size_is_an_assumption() -> None:
    def more_than_one(x: Any) -> Any:
        if x.shape[0] == 1:
            return x
        return x * 2

    def attempt(trace: Trace) -> Any:
        trace.call(more_than_one, trace.tensor("x", ("N",)))
        return trace.assumptions

    assert explore(attempt) == ("N >= 2",)


def test_half_a_size_is_split_before_it_is_an_integer() -> None:
    def halves(x: Any) -> Any:
        return x.reshape(2, int(x.shape[0] / 2))

    def attempt(trace: Trace) -> Any:
        return str(trace.call(halves, trace.tensor("x", ("N",))).shape)

    assert explore(attempt) == "(2, K)"


def test_an_error_that_the_code_catches_is_raised_all_the_same() -> None:
    def careful(x: Any) -> Any:
        try:
            return x if (x > 0).all() else -x
        except Exception:
            return x

    with pytest.raises(TracingError, match="branches"):
        explore(lambda trace: trace.call(careful, trace.tensor("x", ("N",))))
