"""Running statistics against exact rational arithmetic: one update, and the closed form after many.

One update is (1 - a) old + a batch, PyTorch's convention, with a the momentum; the batch variance is times
count/(count - 1) if it is to be unbiased.  After T updates from r_0 that is the exponentially weighted mean

    r_T = (1 - a)^T r_0 + sum over t of a (1 - a)^(T - t) batch_t.

Budget: 1 - a, count/(count - 1), its product, the product by a and the sum are at most 5 roundings a term and
update, so 6 T u times the sum of the terms' magnitudes covers T updates, second orders included.  Running
averages in float32 stay so: one more rounding an update, by their own u.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from bnsym.errors import CheckError
from bnsym.verify.bench import Bench
from bnsym.verify.compare import Array, compare, same_form
from bnsym.verify.kernel import Kernel

UNIT = float(np.finfo(np.float64).eps) / 2
MOMENTA = (0.0, 0.1, 0.75, 1.0)
COUNTS = (2, np.int64(5), 1000)
UPDATES = 7
CHANNELS = 3


@dataclass(frozen=True)
class Batch:
    """The statistics of a mini-batch: mean and (biased) variance of each channel, and how many values."""

    mean: Array
    var: Array
    count: int


def _batches(number: int) -> list[Batch]:
    draw = np.random.default_rng(number)
    return [
        Batch(draw.normal(size=CHANNELS), draw.uniform(0.1, 4.0, CHANNELS), int(draw.integers(2, 9)))
        for _ in range(number)
    ]


def exact_average(
    start: Array, batches: Sequence[Array], factors: Sequence[Fraction], momentum: float
) -> tuple[Array, Array]:
    """The closed form for one statistic, each batch times its factor, and the sum of |terms|."""
    a = Fraction(momentum)
    last = len(batches)
    weights = [a * (1 - a) ** (last - t) * factor for t, factor in enumerate(factors, 1)]
    values, sizes = [], []
    for channel, first in enumerate(start):
        terms = [(1 - a) ** last * Fraction(float(first))]
        terms += [w * Fraction(float(b[channel])) for w, b in zip(weights, batches, strict=True)]
        values.append(float(sum(terms)))
        sizes.append(float(sum(map(abs, terms))))
    return np.array(values), np.array(sizes)


def _compare(kernel: Kernel, batches: Sequence[Batch], dtype: str = "float64", **options: Any) -> float:
    update = _update_of(kernel)
    first, *_ = _batches(1)
    start_mean, start_var = first.mean.astype(dtype), first.var.astype(dtype)
    mean, var = start_mean.copy(), start_var.copy()
    for batch in batches:
        mean, var = update(mean, var, batch.mean, batch.var, batch.count, **options)
    momentum, unbiased = options.get("momentum", 0.1), options.get("unbiased", True)
    plain = [Fraction(1) for _ in batches]
    factors = [Fraction(int(b.count), int(b.count) - 1) for b in batches] if unbiased else plain
    used = []
    for name, actual, start, of_batch, by in (
        ("running mean", mean, start_mean, [b.mean for b in batches], plain),
        ("running var", var, start_var, [b.var for b in batches], factors),
    ):
        value, size = exact_average(start, of_batch, by, momentum)
        told = f"{name}, {dtype}, after {len(batches)} updates, {options}, count {batches[-1].count}"
        same_form(told, actual, value.shape, dtype)
        unit = 6 * UNIT + (float(np.finfo(dtype).eps) / 2 if dtype != "float64" else 0.0)
        used.append(compare(told, actual, value, len(batches) * unit * size + UNIT * np.abs(value)))
    return max(used)


def _update_of(kernel: Kernel) -> Callable[..., Any]:
    if kernel.update_running_stats is None:
        raise CheckError(f"verify: {kernel.name} has no update_running_stats; generate it anew")
    return kernel.update_running_stats


def one_update(kernel: Kernel, bench: Bench) -> float:
    """One update, for momenta and counts at their ends and between, biased and unbiased, and the defaults."""
    batch = _batches(2)[1]
    options: list[dict[str, Any]] = [{}]
    options += [{"momentum": a, "unbiased": u} for a, u in product(MOMENTA, (False, True))]
    rows = [(Batch(batch.mean, batch.var, count), row) for count, row in product(COUNTS, options)]
    rows.append((Batch(batch.mean, batch.var, 1), {"unbiased": False}))
    return max(_compare(kernel, [with_count], **row) for with_count, row in rows)


def many_updates(kernel: Kernel, bench: Bench) -> float:
    """UPDATES updates with batches of different sizes, against the closed form; float32 too."""
    rows = product(("float64", "float32"), (0.1, 0.75), (False, True))
    return max(_compare(kernel, _batches(UPDATES), dtype, momentum=a, unbiased=u) for dtype, a, u in rows)


def nothing_written(kernel: Kernel, bench: Bench) -> float:
    """An update returns new arrays: what came in is as it was."""
    first, batch = _batches(2)
    arrays = (first.mean, first.var, batch.mean, batch.var)
    before = [array.copy() for array in arrays]
    _update_of(kernel)(*arrays, batch.count)
    return max(
        compare("an array given to update_running_stats", a, b, b * 0)
        for a, b in zip(arrays, before, strict=True)
    )
