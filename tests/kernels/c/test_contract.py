"""The C passes what the NumPy kernel passes, and refuses what it refuses, in the same words."""

import shutil

import pytest
from compiled import ALL, compiled, folder, needs_compiler
from generated import kernel as numpy_module

from bnsym.layers.table import LAYERS
from bnsym.verify.bench import Bench
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.illegal import ILLEGAL, applies, call
from bnsym.verify.kernel import load
from bnsym.verify.run import verify_directory

pytestmark = needs_compiler


# by rows, with another parameter, without a root, and carried out as the plan stands; the rest takes longer
FEW = ("third_parameter", "centering", "roots_summed")
ADDED = [
    pytest.param(name, marks=[] if name in FEW else pytest.mark.slow) for name in ALL if name not in LAYERS
]


@pytest.mark.parametrize("name", ADDED)
def test_every_check_of_an_added_layer(name):
    kernel = load(compiled(name), ALL[name]())
    bench = Bench(kernel.layer, kernel.computed_in)
    failed = [(c.name, v.detail) for c in checks_of(kernel) if not (v := judge(c, kernel, bench)).passed]
    assert failed == []


@pytest.mark.slow
def test_every_check_and_every_mutant(tmp_path):
    for name in LAYERS:
        compiled(name)
        for end in (".c", ".h", "_c.py"):
            shutil.copy(folder() / f"{name}{end}", tmp_path)
    results = verify_directory(tmp_path, lambda result: None)
    assert [(r.kernel, r.check, r.detail) for r in results if not r.passed] == []
    assert {r.kernel for r in results} == {f"{name}_c" for name in LAYERS}


@pytest.mark.parametrize("name", LAYERS)
def test_every_check(name):
    kernel = load(compiled(name), name)
    bench = Bench(kernel.layer, kernel.computed_in)
    failed = [(c.name, v.detail) for c in checks_of(kernel) if not (v := judge(c, kernel, bench)).passed]
    assert failed == []


def said(kernel, row):
    with pytest.raises((TypeError, ValueError)) as error:
        call(kernel, row.function, row.changes)
    return type(error.value), str(error.value)


@pytest.mark.parametrize("name", LAYERS)
def test_illegal_calls_are_refused_in_the_same_words(name):
    c, numpy = load(compiled(name), name), load(numpy_module(name), name)
    rows = [row for row in ILLEGAL if applies(row, c)]
    assert len(rows) > 40
    for row in rows:
        assert said(c, row) == said(numpy, row), row.name
