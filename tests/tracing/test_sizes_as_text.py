"""Code that looks at a size by its text or its hash is not believed to do the same at every size."""

from __future__ import annotations

from typing import Any

import pytest

from bnsym.tracing import SymbolicLoopError, Trace, explore


def by_text(x: Any) -> Any:
    return x if str(x.shape[0]) != "11" else 2 * x


def by_text_of_a_shape(x: Any) -> Any:
    return x if "(11" not in repr(x.shape) else 2 * x


def by_format(x: Any) -> Any:
    return x if f"{x.shape[0]}" != "11" else 2 * x


def by_a_set(x: Any) -> Any:
    return x if x.shape[0] not in {11} else 2 * x


def by_a_dict(x: Any) -> Any:
    return {11: 2 * x}.get(x.shape[0], x)


def by_a_shape_as_key(x: Any) -> Any:
    return {(11, 1): 2 * x}.get(x.shape, x)


@pytest.mark.parametrize("code", [by_text, by_text_of_a_shape, by_format], ids=lambda code: code.__name__)
def test_a_text_of_a_size_is_an_assumption(code: Any) -> None:
    def attempt(trace: Trace) -> Any:
        trace.call(code, trace.tensor("x", ("N", "D")))
        return trace.assumptions

    assert any(text.endswith("as text decides nothing") for text in explore(attempt))


@pytest.mark.parametrize("code", [by_a_set, by_a_dict, by_a_shape_as_key], ids=lambda code: code.__name__)
def test_a_size_that_is_looked_up_needs_a_number(code: Any) -> None:
    with pytest.raises(SymbolicLoopError, match="looked up"):
        explore(lambda trace: trace.call(code, trace.tensor("x", ("N", "D"))))


def test_sizes_that_have_numbers_are_text() -> None:
    def attempt(trace: Trace) -> Any:
        trace.call(by_text, trace.tensor("x", ("N",)))
        return trace.assumptions

    assert explore(attempt, {"N": 3}) == ()
