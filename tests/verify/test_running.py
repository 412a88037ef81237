"""Running averages: the closed form is itself checked by hand, and each wrong update is seen."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from kernels_to_check import SOURCES, bench, kernel

from bnsym.errors import CheckError, MismatchError
from bnsym.verify import running

BENCH = bench("batch_norm")
CHECKS = [running.one_update, running.many_updates, running.nothing_written]


def test_the_closed_form_by_hand():
    """a = 1/4, from 8 over 4 and 12: 3/4 (3/4 8 + 1/4 4) + 1/4 12 = 33/4; then with factors, from -8."""
    batches = [np.array([4.0]), np.array([12.0])]
    value, size = running.exact_average(np.array([8.0]), batches, [Fraction(1)] * 2, 0.25)
    assert (value, size) == (np.array([8.25]), np.array([8.25]))
    value, size = running.exact_average(np.array([-8.0]), batches, [Fraction(2), Fraction(3, 2)], 0.25)
    assert value == -8 * 9 / 16 + 2 * 4 * 3 / 16 + 1.5 * 12 / 4
    assert size == 8 * 9 / 16 + 2 * 4 * 3 / 16 + 1.5 * 12 / 4


def test_the_closed_form_is_the_recursion():
    batches = [np.array([float(k * k)]) for k in range(1, 6)]
    average = Fraction(7)
    a = Fraction(0.1)
    for batch in batches:
        average = (1 - a) * average + a * Fraction(float(batch[0]))
    value, _ = running.exact_average(np.array([7.0]), batches, [Fraction(1)] * 5, 0.1)
    assert value == float(average)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_right_updates_pass(check, source):
    assert check(kernel("batch_norm", source), BENCH) < 1


def updating(change):
    right = kernel("batch_norm")
    return replace(
        right, update_running_stats=lambda *args, **options: change(right.update_running_stats, args, options)
    )


def scaled(by):
    return lambda right, args, options: tuple(by * part for part in right(*args, **options))


# what is wrong, the update, what is said
BROKEN = [
    ("a few units off", scaled(1 + 1e-14), "running mean"),
    ("NaN", scaled(np.nan), "got nan"),
    (
        "the variance forgotten",
        lambda right, args, options: (right(*args, **options)[0], args[1]),
        "running var",
    ),
    ("exchanged", lambda right, args, options: right(*args, **options)[::-1], "running mean"),
    (
        "float32",
        lambda right, args, options: [p.astype("f4") for p in right(*args, **options)],
        "dtype float32",
    ),
    (
        "scalars",
        lambda right, args, options: [p.sum() for p in right(*args, **options)],
        "got float64, expected an array",
    ),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_wrong_update_is_seen(change, message):
    with pytest.raises(MismatchError, match=message):
        running.one_update(updating(change), BENCH)
    with pytest.raises((MismatchError, ValueError, TypeError)):  # the kernel may refuse what it gave before
        running.many_updates(updating(change), BENCH)


def test_an_update_in_place_is_seen():
    def in_place(right, args, options):
        args[0][:] = right(*args, **options)[0]
        return right(*args, **options)

    with pytest.raises(MismatchError, match="given to update_running_stats"):
        running.nothing_written(updating(in_place), BENCH)


def test_a_layer_without_running_averages_is_told():
    with pytest.raises(CheckError, match="layer_norm has no update_running_stats"):
        running.one_update(kernel("layer_norm"), bench("layer_norm"))
