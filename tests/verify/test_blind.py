"""Blind probes: each misses what its row says, while the checks do not; no check uses one."""

import warnings
from itertools import islice

import pytest
from kernels_to_check import bench, kernel

from bnsym.errors import CheckError
from bnsym.layers.table import LAYERS
from bnsym.verify.blind import BLIND
from bnsym.verify.mutants import MUTANTS, mutants_of

MUTANT = {mutant.name: mutant for mutant in MUTANTS}
ROWS = [
    pytest.param(name, blind, id=f"{name}-{blind.name}")
    for name in sorted(LAYERS)
    for blind in BLIND
    if blind.of(kernel(name, "by hand"))
]


def passes(blind, mutated, one):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            blind.probe(mutated, one)
    except (CheckError, RuntimeWarning):
        return False
    return True


@pytest.mark.parametrize(("name", "blind"), ROWS)
def test_a_blind_probe_misses_what_its_row_says(name, blind):
    one, right = bench(name), kernel(name)
    assert passes(blind, right, one)
    seen = [mutant for mutant in blind.misses if not passes(blind, MUTANT[mutant].change(right), one)]
    assert seen == []


@pytest.mark.parametrize(("name", "blind"), ROWS)
def test_a_blind_probe_is_no_empty_one(name, blind):
    """It is blind to some faults, not to all: it does kill."""
    one, right = bench(name), kernel(name)
    killed = (m.name for m in mutants_of(right) if not passes(blind, m.change(right), one))
    assert len(list(islice(killed, 8))) == 8


def test_layer_norm_is_not_blind_to_the_sum_of_y_where_gamma_differs():
    """Its rows are weighted by gamma: which probe is blind depends on the layer."""
    blind = next(row for row in BLIND if row.name == "loss sum(y)")
    one, right = bench("layer_norm"), kernel("layer_norm")
    assert not blind.of(right)
    assert not passes(blind, MUTANT["dx: 100 times the projection"].change(right), one)


def test_each_row_says_why_and_what():
    for blind in BLIND:
        assert len(blind.why) > 30
        assert len(blind.misses) >= 2
        assert set(blind.misses) <= set(MUTANT)
