"""Checks that every generated NumPy module carries: the text below the line is copied into it.

They use NumPy alone.  Each message says what was called, what arrived and what to do.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Saved(NamedTuple):
    """What forward keeps; each module has its own."""

    x: Array
    axis: int


# ---- copied from here on ----

FLOATS = ("float16", "float32", "float64")


def _check_float(call: str, name: str, value: object) -> Array:
    """A plain array of a float type; a subclass may multiply or mask in ways of its own."""
    if type(value) not in (np.ndarray, np.memmap):
        raise TypeError(f"{call}: {name} is a {type(value).__name__}; pass a plain NumPy array")
    array = np.asarray(value)
    if array.dtype.name not in FLOATS:
        raise TypeError(
            f"{call}: {name} has dtype {array.dtype}; pass one of {', '.join(FLOATS)}, "
            f"for example {name}.astype(np.float32)"
        )
    return array


def _check_input(call: str, x: object, channel_axis: object, usual: int) -> tuple[Array, int, np.dtype[Any]]:
    """x with at least two axes and one entry; the channel axis counted from 0; the type to compute in."""
    x = _check_float(call, "x", x)
    if x.ndim < 2:
        raise ValueError(f"{call}: x has shape {x.shape}; pass at least two axes, (N, C)")
    if isinstance(channel_axis, bool) or not isinstance(channel_axis, int | np.integer):
        raise TypeError(f"{call}: channel_axis is {channel_axis!r}; pass an integer, such as {usual}")
    if not -x.ndim <= channel_axis < x.ndim:
        raise ValueError(
            f"{call}: x of shape {x.shape} has no axis {channel_axis}; pass the axis of the channels as "
            "channel_axis, 1 or -1"
        )
    if x.size == 0:
        raise ValueError(f"{call}: x has shape {x.shape} and holds nothing; pass at least one entry")
    return x, int(channel_axis) % x.ndim, _compute_type(x)


def _compute_type(x: Array) -> np.dtype[Any]:
    """float32 for half precision, else float64."""
    return np.dtype(np.float32 if x.dtype == np.float16 else np.float64)


def _check_number(call: str, name: str, value: object, usual: float) -> float:
    """A real number."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{call}: {name} is {value!r}; pass a number, such as {usual}")
    return float(value)


def _check_epsilon(call: str, eps: object, compute: np.dtype[Any]) -> float:
    """A finite number > 0, and normal in the type that x is computed in."""
    value = _check_number(call, "eps", eps, 1e-5)
    limits = np.finfo(compute)
    if not limits.tiny <= value <= limits.max:
        raise ValueError(f"{call}: eps is {eps!r}; pass at least {limits.tiny:.2g}, such as 1e-05")
    return value


def _check_momentum(momentum: object) -> float:
    """A number from 0 to 1."""
    value = _check_number("update_running_stats", "momentum", momentum, 0.1)
    if not 0 <= value <= 1:
        raise ValueError(
            f"update_running_stats: momentum is {momentum!r}; pass a number from 0 to 1, such as 0.1"
        )
    return value


def _check_count(count: object, unbiased: object) -> float:
    """What a biased variance is multiplied by: count / (count - 1) if it is to be unbiased, else 1."""
    if not isinstance(unbiased, bool | np.bool_):
        raise TypeError(f"update_running_stats: unbiased is {unbiased!r}; pass True or False")
    least = 2 if unbiased else 1
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < least:
        raise ValueError(
            f"update_running_stats: count is {count!r}; pass the number of rows, at least 2 "
            "(1 with unbiased=False)"
        )
    return int(count) / (int(count) - 1) if unbiased else 1.0


def _check_channels(call: str, name: str, value: object, channels: int, compute: Any = np.float64) -> Array:
    """An array with one entry a channel, each finite in the type that is computed in."""
    array = _check_float(call, name, value)
    if array.shape != (channels,):
        raise ValueError(
            f"{call}: {name} has shape {array.shape} for {channels} channels; pass shape ({channels},)"
        )
    with np.errstate(all="ignore"):
        finite = np.isfinite(array.astype(compute, copy=False))
    if not finite.all():
        bad = np.flatnonzero(~finite)[:5].tolist()
        raise ValueError(
            f"{call}: {name} holds NaN, infinity or what {np.dtype(compute)} cannot hold in channels {bad}; "
            "find where it comes from"
        )
    return array


def _check_not_negative(call: str, name: str, value: Array) -> None:
    """A variance, or another sum of squares."""
    if (value < 0).any():
        bad = np.flatnonzero(value < 0)[:5].tolist()
        raise ValueError(f"{call}: {name} is negative in channels {bad}; pass values >= 0")


def _check_finite(call: str, x: Array, axis: int, *results: Array) -> None:
    """Results are finite; if not, the error says whether x was."""
    if all(np.isfinite(result).all() for result in results):
        return
    rest = tuple(k for k in range(x.ndim) if k != axis)
    bad = np.flatnonzero(~np.isfinite(x).all(axis=rest))
    if bad.size:
        shown = bad[:5].tolist()
        raise ValueError(f"{call}: x holds NaN or infinity in channels {shown}; find where it comes from")
    raise ValueError(
        f"{call}: the values overflow, with x up to {np.abs(x).max():.3g} in {x.dtype}; scale x down, or the "
        "parameters"
    )


def _check_saved(saved: Saved) -> tuple[Array, int, np.dtype[Any]]:
    """x, its channel axis and the type to compute in, from what forward returned."""
    if not isinstance(saved, Saved):
        raise TypeError(
            f"backward: saved is a {type(saved).__name__}; pass what forward returned with its output"
        )
    return saved.x, saved.axis, _compute_type(saved.x)


def _check_upstream(name: str, value: object, x: Array) -> Array:
    """An upstream gradient of x's shape."""
    array = _check_float("backward", name, value)
    if array.shape != x.shape:
        raise ValueError(
            f"backward: {name} has shape {array.shape}, and x had {x.shape}; pass the gradient of the output"
        )
    return array


def _along(value: Array, ndim: int, axis: int, dtype: np.dtype[Any]) -> Array:
    """A per-channel array, shaped so that it broadcasts along the channel axis."""
    shape = [1] * ndim
    shape[axis] = -1
    return value.astype(dtype, copy=False).reshape(shape)
