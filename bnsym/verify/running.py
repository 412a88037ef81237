"""Running statistics against exact rational arithmetic: one update, and the closed form after many.

One update is (1 - a) old + a batch, PyTorch's convention, with a the momentum; the batch variance is times
count/(count - 1) if it is to be unbiased.  After T updates from r_0 that is the exponentially weighted mean

    r_T = (1 - a)^T r_0 + sum over t of a (1 - a)^(T - t) batch_t.

Budget: 1 - a, count/(count - 1), its product, the product by a and the sum are at most 5 roundings a term and
update, so 6 T u times the sum of the terms' magnitudes covers T updates, second orders included.  Running
averages in float32 stay so: one more rounding an update, by their own u.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """The statistics of a mini-batch, each by channel, and how many values they stand on."""

    statistics: tuple[Array, ...]
    count: int


def batches(kernel: Kernel, number: int) -> list[Batch]:
    """Random statistics; each is positive, as a variance is."""
    draw = np.random.default_rng(number)
    return [
        Batch(
            tuple(draw.uniform(0.1, 4.0, CHANNELS) for _ in kernel.layer.statistics), int(draw.integers(2, 9))
        )
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


def _compare(kernel: Kernel, given: Sequence[Batch], dtype: str = "float64", **options: Any) -> float:
    start = [statistic.astype(dtype) for statistic in batches(kernel, 1)[0].statistics]
    averages: Sequence[Array] = [statistic.copy() for statistic in start]
    for batch in given:
        averages = updated(kernel, averages, batch, **options)
    momentum, unbiased = options.get("momentum", 0.1), options.get("unbiased", True)
    unit = 6 * UNIT + (float(np.finfo(dtype).eps) / 2 if dtype != "float64" else 0.0)
    used = []
    for k, (name, average) in enumerate(zip(kernel.layer.statistics, averages, strict=True)):
        corrected = unbiased and kernel.axis is not None and name == "var"
        factors = [Fraction(int(b.count), int(b.count) - corrected) for b in given]
        value, size = exact_average(start[k], [b.statistics[k] for b in given], factors, momentum)
        told = f"running {name}, {dtype}, after {len(given)} updates, {options}, count {given[-1].count}"
        same_form(told, average, value.shape, dtype)
        used.append(compare(told, average, value, len(given) * unit * size + UNIT * np.abs(value)))
    return max(used)


def updated(kernel: Kernel, averages: Sequence[Array], batch: Batch, **options: Any) -> Sequence[Array]:
    """One update of the running averages."""
    if kernel.update_running_stats is None:
        raise CheckError(f"verify: {kernel.name} has no update_running_stats; generate it anew")
    count = (batch.count,) if kernel.takes_count else ()
    new: Sequence[Array] = kernel.update_running_stats(*averages, *batch.statistics, *count, **options)
    return new


def corrections(kernel: Kernel) -> tuple[dict[str, Any], ...]:
    """With and without the unbiased form, where the layer is known to have one; else without."""
    if kernel.axis is not None:
        return {"unbiased": False}, {"unbiased": True}
    return ({"unbiased": False} if kernel.takes_count else {},)


def one_update(kernel: Kernel, bench: Bench) -> float:
    """One update, for momenta and counts at their ends and between, biased and unbiased, and the defaults."""
    batch = batches(kernel, 2)[1]
    options = [{"momentum": a, **c} for a, c in product(MOMENTA, corrections(kernel))]
    options += [{}] if kernel.axis is not None else []
    rows = [(replace(batch, count=count), row) for count, row in product(COUNTS, options)]
    rows.append((replace(batch, count=1), corrections(kernel)[0]))
    return max(_compare(kernel, [with_count], **row) for with_count, row in rows)


def many_updates(kernel: Kernel, bench: Bench) -> float:
    """UPDATES updates with batches of different sizes, against the closed form; float32 too."""
    rows = product(("float64", "float32"), (0.1, 0.75), corrections(kernel))
    return max(_compare(kernel, batches(kernel, UPDATES), dtype, momentum=a, **c) for dtype, a, c in rows)


def nothing_written(kernel: Kernel, bench: Bench) -> float:
    """An update returns new arrays: what came in is as it was."""
    first, batch = batches(kernel, 2)
    arrays = (*first.statistics, *batch.statistics)
    before = [array.copy() for array in arrays]
    updated(kernel, first.statistics, batch)
    told = "an array given to update_running_stats"
    return max(compare(told, a, b, b * 0) for a, b in zip(arrays, before, strict=True))
