"""The kill matrix: every mutant dies, for its own fault; the right kernel survives; every check is needed."""

from dataclasses import replace
from functools import cache
from inspect import signature

import numpy as np
import pytest
from kernels_to_check import SOURCES, bench, folder, kernel

from bnsym.errors import CheckError, UnknownLayerError
from bnsym.layers.table import LAYERS
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.kernel import required
from bnsym.verify.mutants import MUTANTS, kill_matrix, matrix, mutants_of, survivors

LAYER_NAMES = sorted(LAYERS)


@cache
def verdicts(layer, source):
    """Mutant -> check -> verdict, and after all of them the right kernel's under None."""
    right, one = kernel(layer, source), bench(layer)
    made = {mutant.name: mutant.change(right) for mutant in mutants_of(right)} | {None: right}
    return {
        name: {check.name: judge(check, mutated, one) for check in checks_of(right)}
        for name, mutated in made.items()
    }


def kills(layer, source):
    return {
        mutant: {check: not verdict.passed for check, verdict in row.items()}
        for mutant, row in verdicts(layer, source).items()
        if mutant is not None
    }


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_every_mutant_is_killed_and_every_check_kills(name, source):
    rows = kills(name, source)
    assert list(rows) == [mutant.name for mutant in mutants_of(kernel(name))]
    assert [mutant for mutant, row in rows.items() if not any(row.values())] == []
    for check in checks_of(kernel(name)):
        assert any(row[check.name] for row in rows.values()), check.name


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_both_sources_die_alike(name):
    """The matrix tells of the checks, not of how a kernel is written."""
    assert kills(name, "generated") == kills(name, "by hand")


def test_the_table_is_large_and_its_names_are_unique():
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)
    assert len(mutants_of(kernel("batch_norm"))) >= 70
    assert len(mutants_of(kernel("layer_norm"))) >= 60


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_no_mutant_dies_of_a_wrong_call(name, source):
    """A kernel that raises where it must not is killed too; here none is, so none dies of its own wrapper."""
    rows = verdicts(name, source)
    raised = [
        (m, check, v.detail)
        for m, row in rows.items()
        for check, v in row.items()
        if v.raised or "raised AttributeError" in v.detail or "raised IndexError" in v.detail
    ]
    assert raised == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_the_right_kernel_is_killed_by_none(name, source):
    """Measured after all mutants: none of them writes to what the next is measured on."""
    assert [check for check, verdict in verdicts(name, source)[None].items() if not verdict.passed] == []


# layer, mutant, a check that has to kill it, one that must not
EXPECTED = [
    (
        "batch_norm",
        "dx: 100 times the projection",
        "central differences: x",
        "central differences: parameters",
    ),
    ("batch_norm", "dx: eps dropped", "50 digits: variance comparable to eps", "hostile: large scale"),
    ("batch_norm", "dx: pixels left out of the means", "forms: layouts", "50 digits: float64"),
    ("batch_norm", "dx: 1/s cubed before it is used", "hostile: tiny scale", "50 digits: float64"),
    ("layer_norm", "dx: 1/s cubed before it is used", "hostile: large scale", "50 digits: float64"),
    (
        "batch_norm",
        "y and its gradient: unbiased variance",
        "50 digits: float64",
        "central differences: x",
    ),
    ("layer_norm", "y and its gradient: eps twice", "50 digits: float64", "central differences: x"),
    (
        "batch_norm",
        "y: one-pass variance, in x's own precision",
        "hostile: large offset",
        "50 digits: float64",
    ),
    ("batch_norm", "running: momentum reversed", "running statistics: one update", "inference"),
    ("batch_norm", "contract: lets NaN and inf through", "illegal calls", "50 digits: float64"),
    ("batch_norm", "contract: strides ignored", "forms: memory", "illegal calls"),
    ("layer_norm", "contract: channel_axis ignored", "forms: layouts", "forms: memory"),
    ("batch_norm", "inference: the batch's own statistics", "inference", "forms: layouts"),
    (
        "layer_norm",
        "dbeta: gamma applied to it",
        "central differences: parameters",
        "central differences: x",
    ),
]


@pytest.mark.parametrize(
    ("name", "mutant", "killer", "other"), EXPECTED, ids=[f"{r[0]}: {r[1]}" for r in EXPECTED]
)
def test_who_kills_whom(name, mutant, killer, other):
    row = kills(name, "generated")[mutant]
    assert row[killer]
    assert not row[other]


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_survivors_are_told(name):
    assert list(survivors(kernel(name), bench(name))) == []


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_a_file_is_enough(monkeypatch, name):
    monkeypatch.setattr("bnsym.verify.mutants.MUTANTS", MUTANTS[:3])
    rows = kill_matrix(folder("generated") / f"{name}.py", name)
    assert rows == {mutant.name: kills(name, "generated")[mutant.name] for mutant in MUTANTS[:3]}


def test_a_mutant_that_nothing_kills_is_told(monkeypatch):
    harmless = replace(MUTANTS[0], name="none at all", change=lambda right: right)
    monkeypatch.setattr("bnsym.verify.mutants.MUTANTS", (harmless, *MUTANTS[:2]))
    assert list(survivors(kernel("batch_norm"), bench("batch_norm"))) == ["none at all"]
    rows = matrix(kernel("batch_norm"), bench("batch_norm"))
    assert [any(row.values()) for row in rows.values()] == [False, True, True]


def test_a_wrong_kernel_has_no_kill_matrix():
    right = kernel("batch_norm")
    wrong = replace(right, inference=lambda *args, **options: np.nan * right.inference(*args, **options))
    with pytest.raises(
        CheckError, match="kernel of batch_norm itself fails 2 checks, the first is 'inference'"
    ):
        kill_matrix(wrong, "batch_norm")


def test_an_unknown_layer_is_told():
    with pytest.raises(UnknownLayerError, match="no layer is called 'batchnorm'"):
        kill_matrix(folder("generated") / "batch_norm.py", "batchnorm")


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_mutants_keep_the_names_of_the_arguments(name):
    """Checks call by name as well as by place."""
    for mutant in mutants_of(kernel(name)):
        mutated = mutant.change(kernel(name))
        for function in required(kernel(name).layer):
            parameters = signature(getattr(mutated, function)).parameters
            if not any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
                own = list(signature(getattr(kernel(name), function)).parameters)
                given = [p.name for p in parameters.values() if p.kind is not p.VAR_KEYWORD]
                assert given == own[: len(given)], (mutant.name, function)
