"""Illegal calls: right kernels refuse each, and a kernel that does not is seen, row by row."""

from dataclasses import replace

import numpy as np
import pytest
from kernels_to_check import SOURCES, bench, kernel

from bnsym.errors import CheckError
from bnsym.layers.table import LAYERS
from bnsym.verify import illegal
from bnsym.verify.illegal import ILLEGAL

LAYER_NAMES = sorted(LAYERS)
ROWS = [
    pytest.param(name, row, id=f"{name}-{row.function}-{row.name}")
    for name in LAYER_NAMES
    for row in ILLEGAL
    if illegal.applies(row, kernel(name, "by hand"))
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("name", "row"), ROWS)
def test_right_kernels_refuse(name, row, source):
    illegal.refuse(kernel(name, source), row)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_silence_is_seen(name, row):
    def accept(*args, **options):
        return np.zeros(3)

    broken = replace(kernel(name), **{row.function: accept})
    with pytest.raises(CheckError, match="accepted; expected a TypeError or ValueError"):
        illegal.refuse(broken, row)


def raising(error):
    def answer(*args, **options):
        raise error

    return replace(kernel("batch_norm"), update_running_stats=answer)


MOMENTUM = next(row for row in ILLEGAL if row.name == "momentum = 1.5")
# what the kernel raises, what the check says of it (nothing: it is right)
ANSWERS = [
    (ValueError("update_running_stats: momentum is 1.5; give one in [0, 1]"), None),
    (ValueError("update_running_stats: wrong momentum"), "does not say \\['1.5'\\]"),
    (ValueError("momentum is 1.5"), "does not say \\['update_running_stats'\\]"),
    (ValueError(), "does not say"),
    (ZeroDivisionError("update_running_stats: momentum is 1.5"), "raised ZeroDivisionError"),
    (AssertionError("update_running_stats: momentum is 1.5"), "raised AssertionError"),
    (RuntimeWarning("overflow"), "raised RuntimeWarning"),
]


@pytest.mark.parametrize(("error", "message"), ANSWERS, ids=[repr(row[0]) for row in ANSWERS])
def test_the_message_and_the_kind_of_error_count(error, message):
    if message is None:
        illegal.refuse(raising(error), MOMENTUM)
        return
    with pytest.raises(CheckError, match=message):
        illegal.refuse(raising(error), MOMENTUM)


@pytest.mark.parametrize(("name", "least"), [("batch_norm", 60), ("layer_norm", 40)])
def test_the_table_applies(name, least):
    told = illegal.check(kernel(name), bench(name))
    assert int(told.split()[0]) >= least


def test_one_value_per_channel_is_legal_where_the_channels_are_normalized():
    y, _ = kernel("layer_norm").forward(np.array([[1.0, 2.0, 4.0]]), np.ones(3), np.zeros(3))
    assert np.isfinite(y).all()
