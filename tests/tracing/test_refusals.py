"""What a trace refuses: the kind of error, the user's line, and what to do."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from tracing import refused_code as code

from bnsym.tracing import (
    BranchOnDataError,
    CodeError,
    ShapeError,
    SymbolicLoopError,
    TracingError,
    UnsupportedCallError,
    explore,
)
from bnsym.tracing.array import lift

# function, kind of error, what the message says
REFUSED = [
    (code.branch_on_data, BranchOnDataError, "branches on values"),
    (code.branch_on_entries, BranchOnDataError, "literal"),
    (code.branch_on_an_array, BranchOnDataError, "trace the branch that you mean"),
    (code.mask, UnsupportedCallError, "masks"),
    (code.where_on_data, UnsupportedCallError, "np.where"),
    (code.loop_over_rows, SymbolicLoopError, "--size N=3"),
    (code.loop_with_a_carried_value, SymbolicLoopError, "--size N=3"),
    (code.size_as_a_number, SymbolicLoopError, "--size N=3"),
    (code.part_of_an_axis, SymbolicLoopError, "--size D=3"),
    (code.exponential, UnsupportedCallError, "np.exp is not known to the tracer; it knows"),
    (code.logarithm, UnsupportedCallError, "log"),
    (code.unknown_method, UnsupportedCallError, "argmax"),
    (code.inverse, UnsupportedCallError, "np.linalg.inv"),
    (code.cubic_root, UnsupportedCallError, "no integer and no half"),
    (code.rounded, UnsupportedCallError, "rounded"),
    (code.floor, UnsupportedCallError, "floor_divide"),
    (code.masked_sum, UnsupportedCallError, "where"),
    (code.complex_number, UnsupportedCallError, "1j"),
    (code.division_by_zero, UnsupportedCallError, "division by 0"),
    (code.shapes_do_not_match, ShapeError, "an axis of length D meets one of N"),
    (code.wrong_axis, ShapeError, "axis 2 of an array of shape"),
    (code.wrong_product, ShapeError, "matmul"),
    (code.wrong_reshape, TracingError, ""),
    (code.place_too_far, ShapeError, "place 5"),
    (code.place_too_far_back, ShapeError, "place -5"),
    (code.sizes_on_both_sides, UnsupportedCallError, "give these sizes numbers with --size"),
    (code.its_own_error, CodeError, "the code raised ValueError: gamma has the wrong shape"),
    (code.missing_attribute, CodeError, "AttributeError"),
    (code.undefined_name, CodeError, "NameError"),
    (code.caught, UnsupportedCallError, "np.exp"),
    (code.caught_bare, BranchOnDataError, "branches"),
    (code.caught_finally, UnsupportedCallError, "np.log"),
    (code.write_into_broadcast, UnsupportedCallError, "copy it first"),
    (code.integers_are_written, UnsupportedCallError, "integers"),
    (code.asked_for_numbers, UnsupportedCallError, "np.fft.fft"),
    (code.a_real_module_array, UnsupportedCallError, "made before"),
]


def refusal(function) -> TracingError:
    with pytest.raises(TracingError) as caught:
        explore(lambda trace: trace.call(function, trace.tensor("x", ("N", "D"))))
    return caught.value


@pytest.mark.parametrize(
    ("function", "kind", "says"), REFUSED, ids=lambda item: getattr(item, "__name__", "")
)
def test_refusal_names_the_line_and_what_to_do(function, kind, says):
    error = refusal(function)
    assert isinstance(error, kind)
    assert says in str(error)
    file, line = error.place
    assert Path(file) == Path(code.__file__)
    assert "HERE" in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert str(error).startswith(f"refused_code.py:{line}: ")
    assert error.exit_code == 3


def test_an_error_in_a_helper_names_the_helpers_line():
    _, start = inspect.getsourcelines(code.exponential)
    assert refusal(code.in_a_helper).place[1] == start + 2


def test_a_symbolic_loop_names_the_sizes_to_fix():
    error = refusal(code.loop_over_rows)
    assert (error.size, error.sizes) == ("N", ("N",))


def test_the_fixed_size_then_passes():
    def attempt(trace):
        return trace.call(code.loop_over_rows, trace.tensor("x", ("N", "D"))).shape

    assert [str(dim) for dim in explore(attempt, {"N": 3})] == ["D"]


def test_probing_for_other_libraries_is_no_failure():
    shape = explore(lambda trace: trace.call(code.probed, trace.tensor("x", ("N", "D"))).shape)
    assert [str(dim) for dim in shape] == ["N", "D"]


def test_a_split_is_seen_through_a_bare_except():
    def attempt(trace):
        y = trace.call(code.split_in_a_try, trace.tensor("x", ("N", "C")), trace.dim("G"))
        return [str(dim) for dim in y.shape], trace.assumptions

    assert explore(attempt) == (["N", "G", "K"], ("C = G*K",))


def test_a_doubtful_copy_is_not_read_after_a_write():
    with pytest.raises(UnsupportedCallError, match="may or may not have copied"):
        explore(
            lambda trace: (
                lift(trace.call(code.written_after_a_doubtful_copy, trace.tensor("x", ("N", "D")))).body
            )
        )


def test_a_later_trace_is_not_failed_by_an_earlier_one():
    refusal(code.caught)
    assert explore(lambda trace: trace.call(code.probed, trace.tensor("x", ("N",))).ndim) == 1


def test_what_the_tracer_stumbles_over_is_no_error_of_the_code(monkeypatch):
    from bnsym.tracing import layout

    monkeypatch.setattr(layout, "whole", {}.__getitem__)
    error = refusal(lambda x: x.reshape(-1))
    assert isinstance(error, UnsupportedCallError)
    assert "the tracer cannot follow this line (KeyError" in str(error)
