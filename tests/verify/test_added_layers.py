"""Layers that someone adds are checked by the same road: against their own equations, whatever these are."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import added_layers
import numpy as np
import pytest

from bnsym.layers.table import LAYERS
from bnsym.verify import differences, run
from bnsym.verify.bench import Bench
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.emitted.generate import write
from bnsym.verify.kernel import load
from bnsym.verify.mutants import kill_matrix, survivors
from bnsym.verify.standard import standard_axis

ADDED = added_layers.LAYERS
# the layers that are batch norm or layer norm in other words
STANDARD = {
    "one_pass_variance": 0,
    "mean_of_squares_first": 0,
    "one_equation": 0,
    "nothing_named": 0,
    "backwards_layer_norm": 1,
}


@cache
def kernel(name):
    layer = ADDED[name]()
    directory = Path(mkdtemp(prefix="bnsym-test-"))
    write(layer, directory)
    return load(directory / f"{name}.py", layer)


@cache
def bench(name):
    return Bench(kernel(name).layer)


@pytest.mark.parametrize("name", ADDED)
def test_every_check_passes_and_every_mutant_is_killed(name):
    one, right = bench(name), kernel(name)
    verdicts = {check.name: judge(check, right, one) for check in checks_of(right)}
    assert {check: verdict.detail for check, verdict in verdicts.items() if not verdict.passed} == {}
    if name not in STANDARD:  # these have the mutants of batch norm and layer norm
        assert list(survivors(right, one)) == []


@pytest.mark.parametrize("name", ADDED)
def test_what_a_layer_is_shows_in_its_values(name):
    assert kernel(name).axis == STANDARD.get(name)


def test_the_layers_of_the_table_are_standard():
    assert {name: standard_axis(make()) for name, make in LAYERS.items()} == {
        "batch_norm": 0,
        "layer_norm": 1,
    }


@pytest.mark.parametrize("name", ADDED)
def test_cases_are_left_out_only_where_the_equations_lose_all_digits(name):
    """A variance in one pass has no digit at mean 1e8; the kernel centres, but what to compare with?"""
    left_out = [check.name for check in checks_of(kernel(name)) if "left out" in judged(check, name)]
    one_pass = {"one_pass_variance", "mean_of_squares_first", "nothing_named", "backwards_layer_norm"}
    assert left_out == (["hostile: large offset"] if name in one_pass else [])


def judged(check, name):
    return judge(check, kernel(name), bench(name)).detail


@pytest.mark.parametrize("name", [name for name in ADDED if name not in STANDARD])
def test_a_slightly_wrong_gradient_of_any_layer_is_seen(name):
    """One entry of each gradient in turn, a millionth off."""
    right, one = kernel(name), bench(name)
    for place in range(1 + len(right.parameters)):

        def backward(grad_y, saved, place=place):
            gradients = list(right.backward(grad_y, saved))
            gradients[place] = gradients[place].copy()
            gradients[place].flat[-1] += 1e-6
            return tuple(gradients)

        broken = replace(right, backward=backward)
        killers = ("50 digits: float64", f"central differences: {'parameters' if place else 'x'}")
        passed = [c.name for c in checks_of(right) if c.name in killers and judge(c, broken, one).passed]
        assert passed == []


@pytest.mark.parametrize("name", ["rms_norm", "third_parameter", "roots_summed"])
def test_computed_truncation_is_small(name):
    one, right = bench(name), kernel(name)
    for case_name in differences.CASES_OF_OTHERS:
        case, expected = one.case(case_name), one.expected(case_name)
        for part in case.inputs:
            steps = differences.steps_of(right, case, expected, part)
            budget = steps.truncation + 1.5 * steps.noise / steps.step
            assert budget.max() < 1e-8 * np.abs(expected.gradients[f"grad_{part}"].value).max()


def test_a_layer_in_the_table_is_verified_by_the_command(monkeypatch, tmp_path):
    layers = {"rms_norm": ADDED["rms_norm"]}
    monkeypatch.setattr(run, "LAYERS", layers)
    monkeypatch.setattr("bnsym.layers.table.LAYERS", layers)
    write(ADDED["rms_norm"](), tmp_path)
    results = run.verify_directory(tmp_path, lambda result: None)
    assert {result.kernel for result in results} == {"rms_norm"}
    assert [result for result in results if not result.passed] == []


def test_a_kill_matrix_of_a_layer_of_ones_own():
    rows = kill_matrix(kernel("rms_norm"), kernel("rms_norm").layer)
    assert rows["gradient by x: a thousandth too large"]["central differences: x"]
    assert not rows["gradient by x: a thousandth too large"]["central differences: parameters"]
    assert not rows["forward and backward: eps twice"]["central differences: x"]
    assert rows["forward and backward: eps twice"]["50 digits: float64"]
