"""Helpers that call helpers; types are converted on the way; module constants; checks."""
import numpy as np

EPS = 1e-5
DTYPE = np.float64


def _as_array(value):
    return np.asarray(value, dtype=DTYPE)


def _check(x):
    x = _as_array(x)
    if x.ndim not in (2, 4):
        raise ValueError(f"expected 2 or 4 axes, got {x.ndim}")
    return x


def _axes(x):
    if x.ndim == 4:
        return (0, 2, 3)
    return (0,)


def _fit(p, x):
    """Gives a vector of channels the rank of x."""
    if x.ndim == 2:
        return p.reshape(1, -1)
    return p.reshape(1, -1, 1, 1)


def _count(x):
    total = 1
    for axis in _axes(x):
        total *= x.shape[axis]
    return total


def _moments(x):
    mean = np.mean(x, axis=_axes(x), keepdims=True)
    return mean, np.mean(np.square(x - mean), axis=_axes(x), keepdims=True)


def forward(x, gamma, beta, eps=EPS):
    x = _check(x)
    mean, var = _moments(x)
    inv_std = np.divide(1.0, np.sqrt(np.add(var, eps)))
    xhat = (x - mean) * inv_std
    y = _fit(_as_array(gamma), x) * xhat + _fit(_as_array(beta), x)
    return y.astype(DTYPE), dict(xhat=xhat, inv_std=inv_std, gamma=gamma)


def backward(dy, saved):
    dy = _check(dy)
    xhat, inv_std, gamma = saved["xhat"], saved["inv_std"], saved["gamma"]
    assert dy.shape == xhat.shape, "dy and x differ in shape"
    axes = _axes(dy)
    m = np.float64(_count(dy))
    dgamma = np.sum(dy * xhat, axis=axes)
    dbeta = np.sum(dy, axis=axes)
    dxhat = dy * _fit(gamma, dy)
    dx = inv_std * (dxhat - _fit(np.sum(dxhat, axis=axes), dy) / m
                    - xhat * _fit(np.sum(dxhat * xhat, axis=axes), dy) / m)
    return dx.astype(dy.dtype), dgamma.astype(dy.dtype), dbeta.astype(dy.dtype)


def backward_count_of_rows(dy, saved):
    xhat, inv_std, gamma = saved["xhat"], saved["inv_std"], saved["gamma"]
    axes = _axes(dy)
    m = float(len(dy))                                # right for (N, C) alone
    dxhat = dy * _fit(gamma, dy)
    dx = inv_std * (dxhat - _fit(np.sum(dxhat, axis=axes), dy) / m
                    - xhat * _fit(np.sum(dxhat * xhat, axis=axes), dy) / m)
    return dx, np.sum(dy * xhat, axis=axes), np.sum(dy, axis=axes)


def standardize(x, axis):
    m = x.mean(axis=axis, keepdims=True)
    s = np.sqrt(x.var(axis=axis, keepdims=True) + EPS)
    return (x - m) / s, s


def d_standardize(dz, z, s, axis):
    return (dz - dz.mean(axis=axis, keepdims=True) - z * (dz * z).mean(axis=axis, keepdims=True)) / s


def d_standardize_swapped(dz, z, s, axis):
    return (dz - dz.mean(axis=axis, keepdims=True) - dz * (dz * z).mean(axis=axis, keepdims=True)) / s


def double_norm(x, a, b):
    """Standardizes over the features, then over the samples."""
    z1, s1 = standardize(x, 1)
    z2, s2 = standardize(z1, 0)
    return a * z2 + b, (z1, s1, z2, s2, a)


def double_norm_grad(dy, cache):
    z1, s1, z2, s2, a = cache
    dz2 = dy * a
    dz1 = d_standardize(dz2, z2, s2, 0)
    return d_standardize(dz1, z1, s1, 1), np.sum(dy * z2, axis=0), np.sum(dy, axis=0)


def ln(x, a, b):
    z, s = standardize(x, -1)
    return a * z + b, (z, s, a)


def ln_grad(dy, cache):
    z, s, a = cache
    return d_standardize(dy * a, z, s, -1), (dy * z).sum(0), dy.sum(0)


def ln_grad_swapped(dy, cache):
    z, s, a = cache
    return d_standardize_swapped(dy * a, z, s, -1), (dy * z).sum(0), dy.sum(0)


def ln_grad_wrong_axis(dy, cache):
    z, s, a = cache
    return d_standardize(dy * a, z, s, 0), (dy * z).sum(0), dy.sum(0)


def ln_grad_old_names(dy, cache):
    """One expression from np functions with names of their own."""
    z, s, a = cache
    dz = np.multiply(dy, a)
    inner = np.subtract(dz, np.mean(dz, axis=1, keepdims=True))
    inner = np.subtract(inner, np.multiply(z, np.mean(np.multiply(dz, z), axis=1, keepdims=True)))
    return np.true_divide(inner, s), np.einsum("ij,ij->j", dy, z), np.add.reduce(dy, axis=0)
