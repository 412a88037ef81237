"""Layer norm by hand, in NumPy: what the generated module has to do, for the checks to be tested on."""

from typing import NamedTuple

import numpy as np

COMPUTE = {"float64": np.float64, "float32": np.float64, "float16": np.float32}


class Saved(NamedTuple):
    x: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    inv_std: np.ndarray
    channel_axis: int


class Gradients(NamedTuple):
    grad_x: np.ndarray
    grad_gamma: np.ndarray
    grad_beta: np.ndarray


def forward(x, gamma, beta, *, eps=1e-5, channel_axis=-1):
    return _forward("forward", x, gamma, beta, eps, channel_axis)


def _forward(called, x, gamma, beta, eps, channel_axis):
    shape = _shape(called, x, gamma, beta, eps, channel_axis)
    wide = x.astype(COMPUTE[x.dtype.name])
    with np.errstate(over="ignore"):
        mean = wide.mean(axis=channel_axis, keepdims=True)
        var = np.square(wide - mean).mean(axis=channel_axis, keepdims=True)
    if not np.isfinite(var).all():
        raise ValueError(f"{called}: the variance of x overflows; scale x down")
    inv_std = 1 / np.sqrt(var + eps)
    y = gamma.reshape(shape) * ((wide - mean) * inv_std) + beta.reshape(shape)
    return y.astype(x.dtype), Saved(x, gamma, mean, var, inv_std, channel_axis)


def backward(grad_y, saved):
    x, gamma, mean, _, inv_std, channel_axis = saved
    if grad_y.dtype.kind != "f":
        raise TypeError(f"backward: grad_y has dtype {grad_y.dtype}; give floats")
    if grad_y.shape != x.shape:
        raise ValueError(f"backward: grad_y has shape {grad_y.shape}, x has {x.shape}; give them one shape")
    compute = COMPUTE[x.dtype.name]
    shape = [1] * x.ndim
    shape[channel_axis] = -1
    rows = tuple(axis for axis in range(x.ndim) if axis != channel_axis % x.ndim)
    g = grad_y.astype(compute)
    xhat = (x.astype(compute) - mean) * inv_std
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = g * gamma.astype(compute).reshape(shape)
        average = scaled.mean(axis=channel_axis, keepdims=True)
        projection = (scaled * xhat).mean(axis=channel_axis, keepdims=True)
        grad_x = inv_std * (scaled - average - xhat * projection)
        parts = grad_x, (g * xhat).sum(axis=rows), g.sum(axis=rows)
    if not all(np.isfinite(part).all() for part in parts):
        raise ValueError("backward: the gradients overflow; scale grad_y down")
    return Gradients(*(part.astype(x.dtype) for part in parts))


def inference(x, gamma, beta, *, eps=1e-5, channel_axis=-1):
    return _forward("inference", x, gamma, beta, eps, channel_axis)[0]


def _shape(called, x, gamma, beta, eps, channel_axis):
    for name, array in (("x", x), ("gamma", gamma), ("beta", beta)):
        if not isinstance(array, np.ndarray) or array.dtype.name not in COMPUTE:
            raise TypeError(f"{called}: {name} is {getattr(array, 'dtype', type(array))}; give a float array")
    _check_axis(called, x, channel_axis)
    if not (np.isfinite(eps) and eps > 0):
        raise ValueError(f"{called}: eps is {eps}; give a positive one")
    if x.size == 0:
        raise ValueError(f"{called}: x of shape {x.shape} is empty; give at least one value")
    for name, array in (("gamma", gamma), ("beta", beta)):
        if array.shape != (x.shape[channel_axis],):
            raise ValueError(f"{called}: {name} has shape {array.shape}; give ({x.shape[channel_axis]},)")
        if not np.isfinite(array).all():
            raise ValueError(f"{called}: {name} has NaN or inf; give finite values")
    if not np.isfinite(x).all():
        bad = np.flatnonzero(
            ~np.isfinite(np.moveaxis(x, channel_axis, 0).reshape(gamma.size, -1)).all(axis=1)
        )
        raise ValueError(f"{called}: x has NaN or inf in channels {bad.tolist()}; give finite values")
    shape = [1] * x.ndim
    shape[channel_axis] = -1
    return shape


def _check_axis(called, x, channel_axis):
    if not isinstance(channel_axis, int | np.integer) or isinstance(channel_axis, bool):
        raise TypeError(f"{called}: channel_axis is {channel_axis!r}; give an integer")
    if x.ndim < 2 or not -x.ndim <= channel_axis < x.ndim:
        raise ValueError(f"{called}: channel_axis {channel_axis} and x of shape {x.shape} do not go together")
