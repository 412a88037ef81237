"""Batch norm by hand, in NumPy: what the generated module has to do, for the checks to be tested on."""

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


def forward(x, gamma, beta, *, eps=1e-5, channel_axis=1):
    rows, axes, shape = _rows("forward", x, gamma, beta, eps, channel_axis)
    if x.size == x.shape[channel_axis]:
        raise ValueError(f"forward: one value per channel in x of shape {x.shape}; give at least two")
    with np.errstate(over="ignore"):
        mean = rows.mean(axis=axes)
        var = np.square(rows - mean.reshape(shape)).mean(axis=axes)
    if not np.isfinite(var).all():
        raise ValueError("forward: the variance of x overflows; scale x down")
    inv_std = 1 / np.sqrt(var + eps)
    y = gamma.reshape(shape) * ((rows - mean.reshape(shape)) * inv_std.reshape(shape)) + beta.reshape(shape)
    return y.astype(x.dtype), Saved(x, gamma, mean, var, inv_std, channel_axis)


def backward(grad_y, saved):
    x, gamma, mean, _, inv_std, channel_axis = saved
    if np.asarray(grad_y).dtype.kind != "f":
        raise TypeError(f"backward: grad_y has dtype {np.asarray(grad_y).dtype}; give floats")
    if grad_y.shape != x.shape:
        raise ValueError(f"backward: grad_y has shape {grad_y.shape}, x has {x.shape}; give them one shape")
    axes, shape = _axes(x, channel_axis)
    compute = COMPUTE[x.dtype.name]
    g = grad_y.astype(compute)
    xhat = (x.astype(compute) - mean.reshape(shape)) * inv_std.reshape(shape)
    scale = (gamma.astype(compute) * inv_std).reshape(shape)
    with np.errstate(over="ignore", invalid="ignore"):
        projection = (g * xhat).mean(axis=axes).reshape(shape)
        grad_x = scale * (g - g.mean(axis=axes).reshape(shape) - xhat * projection)
        parts = grad_x, (g * xhat).sum(axis=axes), g.sum(axis=axes)
    if not all(np.isfinite(part).all() for part in parts):
        raise ValueError("backward: the gradients overflow; scale grad_y down")
    return Gradients(*(part.astype(x.dtype) for part in parts))


def inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5, channel_axis=1):
    rows, _, shape = _rows("inference", x, gamma, beta, eps, channel_axis)
    for name, stat in (("running_mean", running_mean), ("running_var", running_var)):
        if stat.shape != gamma.shape:
            raise ValueError(f"inference: {name} has shape {stat.shape}; give {gamma.shape}")
        if not np.isfinite(stat).all():
            raise ValueError(f"inference: {name} has NaN or inf; give finite values")
    if (running_var < 0).any():
        raise ValueError("inference: running_var is negative; give a variance")
    inv_std = 1 / np.sqrt(running_var.astype(rows.dtype) + eps)
    y = gamma.reshape(shape) * ((rows - running_mean.reshape(shape)) * inv_std.reshape(shape))
    return (y + beta.reshape(shape)).astype(x.dtype)


def update_running_stats(running_mean, running_var, mean, var, count, *, momentum=0.1, unbiased=True):
    if not 0 <= momentum <= 1:
        raise ValueError(f"update_running_stats: momentum is {momentum}; give one between 0 and 1")
    if not isinstance(count, int | np.integer) or count < 1 + unbiased:
        raise ValueError(f"update_running_stats: count is {count}; the unbiased variance needs 2")
    for name, stat in {
        "mean": mean,
        "var": var,
        "running_mean": running_mean,
        "running_var": running_var,
    }.items():
        if stat.shape != running_mean.shape:
            raise ValueError(
                f"update_running_stats: {name} has shape {stat.shape}; give {running_mean.shape}"
            )
        if not np.isfinite(stat).all():
            raise ValueError(f"update_running_stats: {name} has NaN or inf; give finite values")
    batch_var = var * (count / (count - 1)) if unbiased else var
    new_mean = (1 - momentum) * running_mean.astype(float) + momentum * mean
    new_var = (1 - momentum) * running_var.astype(float) + momentum * batch_var
    return new_mean.astype(running_mean.dtype), new_var.astype(running_var.dtype)


def _axes(x, channel_axis):
    channel = channel_axis % x.ndim
    shape = [1] * x.ndim
    shape[channel] = x.shape[channel]
    return tuple(axis for axis in range(x.ndim) if axis != channel), shape


def _rows(called, x, gamma, beta, eps, channel_axis):
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
    return (x.astype(COMPUTE[x.dtype.name]), *_axes(x, channel_axis))


def _check_axis(called, x, channel_axis):
    if not isinstance(channel_axis, int | np.integer) or isinstance(channel_axis, bool):
        raise TypeError(f"{called}: channel_axis is {channel_axis!r}; give an integer")
    if x.ndim < 2 or not -x.ndim <= channel_axis < x.ndim:
        raise ValueError(f"{called}: channel_axis {channel_axis} and x of shape {x.shape} do not go together")
