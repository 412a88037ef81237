"""batch_norm: forward, backward and inference in NumPy.  Generated; regenerate, do not edit.

By bnsym 0.1.0 from: Ioffe & Szegedy 2015, algorithm 1
sha256 of equations, plan and theorems: 45dd55e81000e01a517347cff0497df6e2c4e6052c82b5566e049359e541cf5e
sha256 of the list of certificates: 6d6dae4e9ebcd0555e14cdeba89e0349bfbeae83271edeb60f6e9a21839d9f7f
sha256 of this text without this line: 3e8cc761cfb09e804a38d38432ecb9190ac141a2fec049571e5afbce62fd5738

Equations, n over the N rows (all axes but one) and c over the C channels:
    mean[c] = sum(x[n, c], n=1..N)/N
    var[c] = sum((-mean[c] + x[n, c])**2, n=1..N)/N
    std[c] = sqrt(epsilon + var[c])
    xhat[n, c] = (-mean[c] + x[n, c])/std[c]
    y[n, c] = gamma[c]*xhat[n, c] + beta[c]

Proved for every N and C before this was printed (as real numbers; rounding is measured by
`bnsym verify`): each function's steps give what the equations say.  `bnsym check` replays the
certificates of that, in batch_norm.certificates, and says whether they still belong to this text.
    batch_norm.forward.mean                       needs nothing
    batch_norm.forward.var                        needs nothing
    batch_norm.forward.y                          needs epsilon > 0
    batch_norm.backward.grad_x                    needs epsilon > 0
    batch_norm.backward.grad_gamma                needs epsilon > 0
    batch_norm.backward.grad_beta                 needs nothing
    batch_norm.inference.y                        needs epsilon > 0, running_var >= 0
    batch_norm.update_running_stats.mean          needs nothing
    batch_norm.update_running_stats.var           needs running_var >= 0
    batch_norm.update_running_stats.var.unbiased  needs N >= 2, running_var >= 0

This text was then read back: run on symbolic arrays of shapes (N, C), (N, C, H, W) and (N, H, W, C), its
functions were proved to return what the equations and their derivatives say, for every size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

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


class Saved(NamedTuple):
    """What forward keeps for backward, with the batch's statistics.  x and the parameters are not copied."""

    x: Array
    mean: Array
    var: Array
    inv_std: Array
    gamma: Array
    axis: int


class Gradients(NamedTuple):
    """What backward returns, each in the dtype of x."""

    grad_x: Array
    grad_gamma: Array
    grad_beta: Array


def forward(
    x: Array,
    gamma: Array,
    beta: Array,
    *,
    eps: float = 1e-5,
    channel_axis: int = 1,
) -> tuple[Array, Saved]:
    """Training: y, and what backward needs.

    x: (N, C, ...) with the channels on channel_axis; all else: (C,).  y has x's shape and dtype.
    float16 is computed in float32, float32 and float64 in float64.  Raises TypeError or ValueError for
    anything else, for NaN or infinity in x, and for values that overflow.
    """
    x, axis, compute = _check_input("forward", x, channel_axis, 1)
    eps = _check_epsilon("forward", eps, compute)
    gamma = _check_channels("forward", "gamma", gamma, x.shape[axis], compute)
    beta = _check_channels("forward", "beta", beta, x.shape[axis], compute)
    rows = tuple(k for k in range(x.ndim) if k != axis)
    N = x.size // x.shape[axis]
    if N < 2:
        raise ValueError(
            f"forward: x has shape {x.shape}, one value per channel; pass at least 2 rows, or call inference"
        )
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_gamma = _along(gamma, x.ndim, axis, compute)
        wide_beta = _along(beta, x.ndim, axis, compute)
        mean = np.sum(wide_x, axis=rows, keepdims=True) / N
        centered = wide_x - mean
        var = np.sum(np.square(centered), axis=rows, keepdims=True) / N
        inv_std = 1 / np.sqrt(eps + var)
        normalized = centered * inv_std
        y = wide_gamma * normalized + wide_beta
        result = y.astype(x.dtype, copy=False)
    _check_finite("forward", x, axis, mean, var, inv_std, result)
    saved = Saved(
        x=x,
        mean=mean.reshape(-1),
        var=var.reshape(-1),
        inv_std=inv_std.reshape(-1),
        gamma=gamma,
        axis=axis,
    )
    return result, saved


def backward(grad_y: Array, saved: Saved) -> Gradients:
    """Gradients of sum(grad_y * y), for any grad_y.

    grad_y: x's shape.  Returns grad_x in x's shape and the parameters' gradients (C,), in x's dtype.
    NaN and infinity in grad_y pass through; finite values that overflow raise ValueError.
    """
    x, axis, compute = _check_saved(saved)
    grad_y = _check_upstream("grad_y", grad_y, x)
    rows = tuple(k for k in range(x.ndim) if k != axis)
    N = x.size // x.shape[axis]
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_grad_y = grad_y.astype(compute, copy=False)
        mean = _along(saved.mean, x.ndim, axis, compute)
        inv_std = _along(saved.inv_std, x.ndim, axis, compute)
        gamma = _along(saved.gamma, x.ndim, axis, compute)
        normalized = (wide_x - mean) * inv_std
        sum_grad_y_normalized = np.sum(wide_grad_y * normalized, axis=rows, keepdims=True)
        sum_grad_y = np.sum(wide_grad_y, axis=rows, keepdims=True)
        normalized_coefficient = -gamma * inv_std * sum_grad_y_normalized / N
        grad_y_coefficient = gamma * inv_std
        grad_x_offset = -gamma * inv_std * sum_grad_y / N
        grad_x = normalized_coefficient * normalized + grad_y_coefficient * wide_grad_y + grad_x_offset
        grad_gamma = sum_grad_y_normalized
        grad_beta = sum_grad_y
        gradients = Gradients(
            grad_x.astype(x.dtype, copy=False),
            grad_gamma.reshape(-1).astype(x.dtype, copy=False),
            grad_beta.reshape(-1).astype(x.dtype, copy=False),
        )
    if np.isfinite(grad_y).all() and not all(np.isfinite(gradient).all() for gradient in gradients):
        raise ValueError(f"backward: the gradients overflow {x.dtype}; scale grad_y down")
    return gradients


def inference(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    *,
    eps: float = 1e-5,
    channel_axis: int = 1,
) -> Array:
    """y at test time.

    x: (N, C, ...) with the channels on channel_axis; all else: (C,).  y has x's shape and dtype.
    Raises TypeError or ValueError for anything else, and for values that overflow.
    """
    x, axis, compute = _check_input("inference", x, channel_axis, 1)
    eps = _check_epsilon("inference", eps, compute)
    gamma = _check_channels("inference", "gamma", gamma, x.shape[axis], compute)
    beta = _check_channels("inference", "beta", beta, x.shape[axis], compute)
    running_mean = _check_channels("inference", "running_mean", running_mean, x.shape[axis], compute)
    running_var = _check_channels("inference", "running_var", running_var, x.shape[axis], compute)
    _check_not_negative("inference", "running_var", running_var)
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_gamma = _along(gamma, x.ndim, axis, compute)
        wide_beta = _along(beta, x.ndim, axis, compute)
        wide_running_mean = _along(running_mean, x.ndim, axis, compute)
        wide_running_var = _along(running_var, x.ndim, axis, compute)
        inv_std = 1 / np.sqrt(eps + wide_running_var)
        normalized = (wide_x - wide_running_mean) * inv_std
        y = wide_gamma * normalized + wide_beta
        result = y.astype(x.dtype, copy=False)
    _check_finite("inference", x, axis, result)
    return result


def update_running_stats(
    running_mean: Array,
    running_var: Array,
    mean: Array,
    var: Array,
    count: int,
    *,
    momentum: float = 0.1,
    unbiased: bool = True,
) -> tuple[Array, Array]:
    """New running averages, by PyTorch's convention: (1 - momentum) * old + momentum * batch.

    All (C,), in the running averages' dtype.
    count: the rows that the batch's statistics stand on.  unbiased: a variance enters as
    var * count / (count - 1), which needs count >= 2 (PyTorch); else as it is (TensorFlow).
    Raises ValueError for NaN, infinity or overflow, so that none is averaged in silently.
    """
    channels = _check_float("update_running_stats", "running_mean", running_mean).size
    running_mean = _check_channels("update_running_stats", "running_mean", running_mean, channels)
    running_var = _check_channels("update_running_stats", "running_var", running_var, channels)
    mean = _check_channels("update_running_stats", "mean", mean, channels)
    var = _check_channels("update_running_stats", "var", var, channels)
    _check_not_negative("update_running_stats", "running_var", running_var)
    _check_not_negative("update_running_stats", "var", var)
    momentum = _check_momentum(momentum)
    correction = _check_count(count, unbiased)
    wide_running_mean = running_mean.astype(np.float64)
    wide_running_var = running_var.astype(np.float64)
    wide_mean = mean.astype(np.float64)
    wide_var = var.astype(np.float64)
    with np.errstate(all="ignore"):
        new_mean = (1 - momentum) * wide_running_mean + momentum * wide_mean
        new_var = (1 - momentum) * wide_running_var + momentum * (correction * wide_var)
        result = (
            new_mean.astype(running_mean.dtype, copy=False),
            new_var.astype(running_var.dtype, copy=False),
        )
    if not all(np.isfinite(new).all() for new in result):
        raise ValueError("update_running_stats: the new averages overflow; use a wider dtype for them")
    return result
