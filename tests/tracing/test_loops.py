"""A loop over a symbolic size is what NumPy calculates at every size, or asks for a number."""

from __future__ import annotations

import pytest
from tracing.loops import READ, REFUSED
from tracing.oracle import Program, compare

from bnsym.tracing import SymbolicLoopError, explore


@pytest.mark.parametrize(("code", "shapes"), READ, ids=lambda value: getattr(value, "__name__", ""))
def test_a_loop_that_may_be_read_is_what_numpy_calculates(code, shapes):
    assert compare(Program(code.__name__, code, shapes)) >= 1


@pytest.mark.parametrize("code", REFUSED, ids=lambda code: code.__name__)
def test_a_loop_that_carries_something_asks_for_a_number(code):
    with pytest.raises(SymbolicLoopError, match="--size N=3") as caught:
        explore(lambda trace: trace.call(code, trace.tensor("x", ("N", "D"))))
    assert caught.value.sizes == ("N",)


@pytest.mark.parametrize("code", REFUSED, ids=lambda code: code.__name__)
def test_with_a_number_it_is_read(code):
    if code.__name__ == "draws":  # random numbers have no values to compare
        return
    assert compare(Program(code.__name__, code, ("N D",), fixed={"N": 3})) >= 1
