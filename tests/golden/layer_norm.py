"""layer_norm: forward, backward and inference in NumPy.  Generated; regenerate, do not edit.

By bnsym 0.1.0 from: Ba, Kiros & Hinton 2016, section 3
sha256 of equations, plan and theorems: a0d7e4a631db5f317b95e2901a04740fdf07c96c689edf0e84e1547eb82e42e6
sha256 of the list of certificates: 28d8d34531bf9fa6391da835b4af9ac59a7b3b019ef591d839fa28eb807510db
sha256 of this text without this line: 64337e39cc20f0b2f42c064ca266312bdba19c876d1ff61ae64cb8f82dfb4b88

Equations, n over the N rows (all axes but one) and c over the C channels:
    mean[n] = sum(x[n, c], c=1..C)/C
    var[n] = sum((-mean[n] + x[n, c])**2, c=1..C)/C
    std[n] = sqrt(epsilon + var[n])
    xhat[n, c] = (-mean[n] + x[n, c])/std[n]
    y[n, c] = gamma[c]*xhat[n, c] + beta[c]

Proved for every N and C before this was printed (as real numbers; rounding is measured by
`bnsym verify`): each function's steps give what the equations say.  `bnsym check` replays the
certificates of that, in layer_norm.certificates, and says whether they still belong to this text.
    layer_norm.forward.mean         needs nothing
    layer_norm.forward.var          needs nothing
    layer_norm.forward.y            needs epsilon > 0
    layer_norm.backward.grad_x      needs epsilon > 0
    layer_norm.backward.grad_gamma  needs epsilon > 0
    layer_norm.backward.grad_beta   needs nothing
    layer_norm.inference.y          needs epsilon > 0

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
    channel_axis: int = -1,
) -> tuple[Array, Saved]:
    """Training: y, and what backward needs.

    x: (N, C, ...) with the channels on channel_axis; all else: (C,).  y has x's shape and dtype.
    float16 is computed in float32, float32 and float64 in float64.  Raises TypeError or ValueError for
    anything else, for NaN or infinity in x, and for values that overflow.
    """
    x, axis, compute = _check_input("forward", x, channel_axis, -1)
    eps = _check_epsilon("forward", eps, compute)
    gamma = _check_channels("forward", "gamma", gamma, x.shape[axis], compute)
    beta = _check_channels("forward", "beta", beta, x.shape[axis], compute)
    C = x.shape[axis]
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_gamma = _along(gamma, x.ndim, axis, compute)
        wide_beta = _along(beta, x.ndim, axis, compute)
        mean = np.sum(wide_x, axis=axis, keepdims=True) / C
        centered = wide_x - mean
        var = np.sum(np.square(centered), axis=axis, keepdims=True) / C
        inv_std = 1 / np.sqrt(eps + var)
        normalized = centered * inv_std
        y = wide_gamma * normalized + wide_beta
        result = y.astype(x.dtype, copy=False)
    _check_finite("forward", x, axis, mean, var, inv_std, result)
    saved = Saved(
        x=x,
        mean=mean,
        var=var,
        inv_std=inv_std,
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
    C = x.shape[axis]
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_grad_y = grad_y.astype(compute, copy=False)
        mean = saved.mean
        inv_std = saved.inv_std
        gamma = _along(saved.gamma, x.ndim, axis, compute)
        normalized = (wide_x - mean) * inv_std
        sum_gamma_grad_y_normalized = np.sum(gamma * wide_grad_y * normalized, axis=axis, keepdims=True)
        sum_gamma_grad_y = np.sum(gamma * wide_grad_y, axis=axis, keepdims=True)
        sum_grad_y_normalized = np.sum(wide_grad_y * normalized, axis=rows, keepdims=True)
        sum_grad_y = np.sum(wide_grad_y, axis=rows, keepdims=True)
        normalized_coefficient = -inv_std * sum_gamma_grad_y_normalized / C
        grad_x_offset = -inv_std * sum_gamma_grad_y / C
        grad_x = inv_std * gamma * wide_grad_y + normalized_coefficient * normalized + grad_x_offset
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
    *,
    eps: float = 1e-5,
    channel_axis: int = -1,
) -> Array:
    """y at test time.

    x: (N, C, ...) with the channels on channel_axis; all else: (C,).  y has x's shape and dtype.
    Raises TypeError or ValueError for anything else, and for values that overflow.
    """
    x, axis, compute = _check_input("inference", x, channel_axis, -1)
    eps = _check_epsilon("inference", eps, compute)
    gamma = _check_channels("inference", "gamma", gamma, x.shape[axis], compute)
    beta = _check_channels("inference", "beta", beta, x.shape[axis], compute)
    C = x.shape[axis]
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        wide_gamma = _along(gamma, x.ndim, axis, compute)
        wide_beta = _along(beta, x.ndim, axis, compute)
        mean = np.sum(wide_x, axis=axis, keepdims=True) / C
        centered = wide_x - mean
        var = np.sum(np.square(centered), axis=axis, keepdims=True) / C
        inv_std = 1 / np.sqrt(eps + var)
        normalized = centered * inv_std
        y = wide_gamma * normalized + wide_beta
        result = y.astype(x.dtype, copy=False)
    _check_finite("inference", x, axis, result)
    return result
