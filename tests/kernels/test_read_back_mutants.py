"""Every mutant of a printed text is refused, but for those that compute the same values: these are named.

A mutant of a check or of an error message claims nothing about values.  Many are refused too, since the
check then refuses what is legal; how many is counted, and no more is said of them.
"""

import os
from collections import Counter
from functools import cache

import pytest
from generated import BUILT_IN, printed
from text_mutants import mutants

from bnsym.errors import InternalError
from bnsym.verify.emitted.read_back import read_back

EVERY = int(os.environ.get("MUTANTS_EVERY", "8"))
AXES = {"axis", "channel_axis"}
SYNONYMS = ({"grad_gamma", "sum_grad_y_normalized"}, {"grad_beta", "sum_grad_y"})


def another_copy(mutant):
    return {mutant.old, mutant.new} == {"False", "True"} and "copy=True" in mutant.after


def option_of_copy(mutant):
    return mutant.kind == "option" and mutant.old.count("copy=False") > mutant.new.count("copy=False")


def only_warns(mutant):
    return mutant.kind == "option" and mutant.new == "np.errstate()"


def one_axis_under_two_names(mutant):
    return {mutant.old, mutant.new} == AXES


def as_many_axes(mutant):
    return f"{mutant.new}.ndim" in mutant.after and f"{mutant.old}.ndim" in mutant.before


def one_shape(mutant):
    return (mutant.old, mutant.new) == ("x", "grad_y") and mutant.where == "backward"


def without_remainder(mutant):
    return (mutant.old, mutant.new) == ("FloorDiv", "Div")


def two_names_of_one_value(mutant):
    return {mutant.old, mutant.new} in SYNONYMS


def exact_before_it_meets_a_wider_type(mutant):
    return mutant.old == f"wide_{mutant.new}" or mutant.old.startswith(f"{mutant.new}.astype(")


def flattened_anyway(mutant):
    return "axis=rows" in mutant.before and "axis=rows, keepdims=True" not in mutant.after


def computed_in_a_wider_type(mutant):
    return mutant.where == "_compute_type"


# why the values are the same -> the mutants of which that is so
EQUAL = (
    another_copy,
    option_of_copy,
    only_warns,
    one_axis_under_two_names,
    as_many_axes,
    one_shape,
    without_remainder,
    two_names_of_one_value,
    exact_before_it_meets_a_wider_type,
    flattened_anyway,
    computed_in_a_wider_type,
)


def refused(name, mutant):
    try:
        read_back(printed(name), mutant.text)
    except InternalError:
        return True
    return False


def reason(mutant):
    return next((rule.__name__ for rule in EQUAL if rule(mutant)), None)


@cache
def computing(name):
    return [mutant for mutant in mutants(printed(name).text) if mutant.part == "compute"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_mutants_of_a_sample_are_refused(name):
    sample = computing(name)[7::150]
    assert len(sample) > 20
    survivors = [mutant for mutant in sample if not refused(name, mutant)]
    assert [str(mutant) for mutant in survivors if reason(mutant) is None] == []
    assert len(survivors) < len(sample) / 10


def groups(name):
    """The functions that compute, and their helpers together."""
    return (*printed(name).plan.functions, "helpers")


def of_group(name, group, part):
    own = printed(name).plan.functions
    for mutant in mutants(printed(name).text):
        if mutant.part == part and (mutant.where if mutant.where in own else "helpers") == group:
            yield mutant


# layer, function -> how many mutants there are, how many of them are refused
COUNTS = {
    ("batch_norm", "helpers"): (70, 64),
    ("batch_norm", "forward"): (1281, 1268),
    ("batch_norm", "backward"): (1886, 1853),
    ("batch_norm", "inference"): (730, 709),
    ("batch_norm", "update_running_stats"): (493, 482),
    ("layer_norm", "helpers"): (70, 64),
    ("layer_norm", "forward"): (1008, 994),
    ("layer_norm", "backward"): (1920, 1890),
    ("layer_norm", "inference"): (812, 798),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "group"), [(name, group) for name in BUILT_IN for group in groups(name)])
def test_every_mutant_that_computes_other_values_is_refused(name, group):
    """Every eighth mutant, for time; with MUTANTS_EVERY=1 in the environment, all, and their counts."""
    found = list(of_group(name, group, "compute"))[::EVERY]
    survivors = [mutant for mutant in found if not refused(name, mutant)]
    reasons = Counter(map(reason, survivors))
    print(f"\n{name}.{group}: {len(found)} mutants, {len(survivors)} of equal values: {dict(reasons)}")
    assert [str(mutant) for mutant in survivors if reason(mutant) is None] == []
    assert EVERY > 1 or (len(found), len(found) - len(survivors)) == COUNTS[name, group]


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT_IN)
def test_mutants_of_checks_are_counted(name):
    """What survives here was proved to return the right values wherever it returns."""
    found = [mutant for mutant in mutants(printed(name).text) if mutant.part != "compute"][::20]
    survivors = Counter(f"{mutant.part}: {mutant.where}" for mutant in found if not refused(name, mutant))
    print(
        f"\n{name}: of {len(found)} mutants of checks {survivors.total()} are not refused: {dict(survivors)}"
    )
    assert survivors.total() < len(found)
