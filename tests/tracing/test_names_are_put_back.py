"""A trace replaces names of the code's modules while it runs, and puts them back whatever happens."""

from __future__ import annotations

import math
import sys
import textwrap

import numpy as np
import pytest
from tracing import other_module, refused_code

from bnsym.tracing import Trace, TracingError, explore

MODULE = """
    import math
    from math import sqrt
    import numpy as np
    from numpy import mean, random
    from numpy.linalg import norm

    len = len

    def f(x):
        if fails:
            raise ValueError(str(np))
        return mean(x, 0) * sqrt(len(x)) + norm(x, axis=0) + float(math.sqrt(x.shape[1]))

    fails = False
"""


@pytest.fixture
def user(tmp_path, monkeypatch):
    (tmp_path / "their_norm.py").write_text(textwrap.dedent(MODULE), encoding="utf-8")
    (tmp_path / "their_late.py").write_text(
        "import math\nimport numpy as np\nfrom numpy import zeros, sum as add\nfrom math import sqrt\n"
        "def g(x):\n    return add(x, axis=0) + zeros(x.shape[1]) * sqrt(x.shape[0])\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_norm", raising=False)
    monkeypatch.delitem(sys.modules, "their_late", raising=False)
    import their_norm

    return their_norm


def traced(function):
    return explore(lambda trace: trace.call(function, trace.tensor("x", ("N", "D"))))


def test_all_names_are_back_after_a_trace(user):
    before = dict(vars(user))
    traced(user.f)
    assert vars(user) == before
    assert sys.modules["numpy"] is np
    assert sys.modules["math"] is math


def test_all_names_are_back_after_an_error(user):
    user.fails = True
    before = dict(vars(user))
    with pytest.raises(TracingError, match="ValueError"):
        traced(user.f)
    assert vars(user) == before
    assert sys.modules["numpy"] is np


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_all_names_are_back_after_an_interruption(user, error):
    before = dict(vars(user))

    def interrupted(x):
        raise error

    with pytest.raises(error):
        traced(interrupted)
    assert vars(user) == before
    assert sys.modules["numpy"] is np


def test_all_names_are_back_after_a_refusal():
    before = dict(vars(refused_code))
    for function in (refused_code.exponential, refused_code.caught, refused_code.loop_over_rows):
        with pytest.raises(TracingError):
            traced(function)
    assert vars(refused_code) == before


def test_a_module_imported_by_the_code_keeps_numpy_afterwards(user):
    def late(x):
        import their_late

        return their_late.g(x)

    assert [str(dim) for dim in traced(late).shape] == ["D"]
    import their_late

    assert their_late.np is np
    assert their_late.math is math
    assert their_late.zeros is np.zeros
    assert their_late.sqrt is math.sqrt
    np.testing.assert_array_equal(their_late.g(np.ones((2, 3))), np.full(3, 2.0))


def test_numbers_run_as_before_after_a_trace(user):
    x = np.arange(6.0).reshape(2, 3)
    before = user.f(x)
    traced(user.f)
    np.testing.assert_array_equal(user.f(x), before)


def test_a_function_that_calls_itself():
    def halves(x, times):
        return x if times == 0 else halves(x / 2, times - 1)

    y = explore(lambda trace: trace.call(halves, trace.tensor("x", ("N",)), 3))
    assert [str(dim) for dim in y.shape] == ["N"]


def test_a_trace_in_a_trace(user):
    shapes = []

    def outer(trace: Trace):
        x = trace.tensor("x", ("N", "D"))
        inner = explore(lambda other: other.call(user.f, other.tensor("x", ("M", "C"))))
        shapes.append([str(dim) for dim in inner.shape])
        shapes.append([str(dim) for dim in trace.call(lambda x: trace.call(user.f, x) * 2, x).shape])

    before = dict(vars(user))
    explore(outer)
    assert shapes == [["C"], ["D"]]
    assert vars(user) == before
    assert sys.modules["numpy"] is np


def test_helpers_beside_the_code_are_replaced_too():
    before = dict(vars(other_module))
    traced(other_module.scaled_by_size)
    assert vars(other_module) == before


def test_what_the_code_prints_is_kept(capsys):
    def loud(x):
        sys.stdout.write("written\n")
        return x

    text = explore(lambda trace: (trace.call(loud, trace.tensor("x", ("N",))), trace.printed)[1])
    assert text == "written\n"
    assert capsys.readouterr().out == ""


def test_assumptions_are_named():
    def one_row(x, G):
        if x.shape[0] == 1:
            return x
        return x.reshape(x.shape[0], G, -1) if x.shape[1] % G == 0 else x

    def attempt(trace):
        trace.call(one_row, trace.tensor("x", ("N", "C")), trace.dim("G"))
        return trace.assumptions

    assert explore(attempt) == ("C = G*K", "N >= 2")


def test_a_division_of_a_fixed_size_is_exact():
    def thirds(x):
        return x * (1 / x.shape[0]) * x.shape[0] - x

    from bnsym.terms.nodes import Entry, Mul, Number
    from bnsym.terms.walk import subterms

    y = explore(lambda trace: trace.call(thirds, trace.tensor("x", ("N",))), {"N": 3})
    values = {node.value for node in subterms(y.body) if isinstance(node, Number)}
    assert all(value.denominator in (1, 3) for value in values), values
    assert any(isinstance(node, Entry | Mul) for node in subterms(y.body))
