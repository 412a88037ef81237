"""The cases of the checks: repeatable, not blind, hostile as named, and safe from being written to."""

import numpy as np
import pytest
from kernels_to_check import SOURCES, bench, kernel

from bnsym.layers.table import LAYERS
from bnsym.verify import differences, forms
from bnsym.verify.cases import CASES, named_case
from bnsym.verify.checks import checks_of, judge

LAYER_NAMES = sorted(LAYERS)


@pytest.mark.parametrize("name", list(CASES))
def test_a_case_is_the_same_each_time_and_cannot_be_written_to(name):
    case, again = named_case(name), named_case(name)
    pairs = [(case.grad_y, again.grad_y)]
    pairs += zip(case.inputs.values(), again.inputs.values(), strict=True)
    for array, other in pairs:
        np.testing.assert_array_equal(array, other)
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert all(part.flags.writeable for part in case.arguments)
    assert len({array.dtype for array, _ in pairs}) == 1


@pytest.mark.parametrize("name", list(CASES))
def test_no_case_is_blind(name):
    """Upstream gradient and parameters are free: not constant, not 1, not y."""
    case = named_case(name)
    gamma, beta = case.parameters.values()
    assert (gamma != 1).all()
    assert (beta != 0).sum() >= beta.size - (name == "parameters of 0")
    assert np.ptp(case.grad_y.astype(float)) > 0.1
    assert len(np.unique(gamma)) == gamma.size


def share_of_eps(case, axis):
    return case.eps / (case.x.var(axis=axis) + case.eps)


@pytest.mark.parametrize("axis", [0, 1])
def test_eps_matters_in_the_cases_of_the_differences(axis):
    shares = [share_of_eps(named_case(name), axis).max() for name in differences.CASES]
    assert max(shares) > 0.3


def test_the_layouts_are_of_the_same_numbers():
    case = named_case("images")
    for shape, axis in forms.LAYOUTS.values():
        assert np.prod(shape) == case.x.size
        assert shape[axis] == case.x.shape[1]


@pytest.mark.parametrize("arrange", list(forms.MEMORY))
def test_the_forms_in_memory_are_what_they_are_called(arrange):
    array = np.arange(12.0).reshape(4, 3)
    form = forms.MEMORY[arrange](array)
    np.testing.assert_array_equal(form, array)
    assert not form.flags.c_contiguous or not form.flags.writeable


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_right_kernels_pass_every_check(name, source):
    verdicts = {
        check.name: judge(check, kernel(name, source), bench(name)) for check in checks_of(kernel(name))
    }
    assert {name: verdict.detail for name, verdict in verdicts.items() if not verdict.passed} == {}


@pytest.mark.parametrize("source", SOURCES)
def test_the_variance_is_right_to_four_digits_at_a_large_offset_in_float32(source):
    """What the design asks for by name; a one-pass variance has no digit right here."""
    case = named_case("large offset, float32")
    _, saved = kernel("batch_norm", source).forward(*case.arguments)
    exact = bench("batch_norm").expected("large offset, float32").statistics["var"].value
    assert (np.abs(saved.var - exact) < 1e-4 * exact).all()
    one_pass = np.mean(case.x**2, axis=0) - np.mean(case.x, axis=0) ** 2
    assert (np.abs(one_pass - exact) > 0.1 * exact).any()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_a_constant_channel_comes_out_as_beta(name, source):
    value = 0.5  # its mean is exact, so that y is beta exactly
    y, _ = kernel(name, source).forward(
        np.full((4, 3), value), np.array([1.5, -2.0, 3.0]), np.array([0.1, 0.2, 0.3])
    )
    np.testing.assert_array_equal(y, np.broadcast_to([0.1, 0.2, 0.3], (4, 3)))
