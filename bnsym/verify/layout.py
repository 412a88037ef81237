"""Between a kernel's layouts and the (rows, channels) of a layer's equations."""

from __future__ import annotations

import numpy as np

from bnsym.verify.compare import Array


def flatten(array: Array, channel_axis: int | np.int64) -> Array:
    """(N, C), (N, C, *spatial) or (N, *spatial, C) to (rows, C)."""
    return np.moveaxis(array, channel_axis, -1).reshape(-1, array.shape[channel_axis])


def unflatten(rows: Array, shape: tuple[int, ...], channel_axis: int | np.int64) -> Array:
    """(rows, C) to an array of that shape: the inverse of `flatten`."""
    moved = list(shape)
    moved.append(moved.pop(channel_axis))
    return np.ascontiguousarray(np.moveaxis(rows.reshape(moved), -1, channel_axis))
