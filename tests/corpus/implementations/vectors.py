"""L2 normalization, weight norm, weight standardization, a single vector's layer norm, whole-array z-scores."""
import numpy as np


def l2_normalize(x, eps=1e-12):
    norms = np.sqrt((x ** 2).sum(axis=1) + eps)
    y = x / norms[:, None]
    return y, (y, norms)


def l2_normalize_grad(dy, cache):
    y, norms = cache
    return (dy - y * np.sum(y * dy, axis=1)[:, None]) / norms[:, None]


def l2_normalize_grad_columns(dy, cache):
    y, norms = cache
    return (dy - y * np.sum(y * dy, axis=0)) / norms[:, None]


def weight_norm(v, g):
    """v: (out, in), g: (out, 1); no eps at all."""
    n = np.sqrt(np.sum(v * v, axis=1, keepdims=True))
    return g * v / n, (v, g, n)


def weight_norm_grad(dw, cache):
    v, g, n = cache
    dg = np.sum(dw * v, axis=1, keepdims=True) / n
    dv = g / n * dw - g * dg / n ** 2 * v
    return dv, dg


def weight_norm_grad_half(dw, cache):
    v, g, n = cache
    dg = np.sum(dw * v, axis=1, keepdims=True) / n
    dv = g / n * dw - 0.5 * g * dg / n ** 2 * v       # a half too many
    return dv, dg


def standardize_weights(w, eps=1e-5):
    """Per output row, unbiased, eps added to the deviation."""
    fan_in = w.shape[1]
    mean = w.mean(axis=1, keepdims=True)
    std = np.sqrt(np.sum((w - mean) ** 2, axis=1, keepdims=True) / (fan_in - 1))
    return (w - mean) / (std + eps), (w - mean, std, eps)


def standardize_weights_grad(dout, cache):
    c, std, eps = cache
    fan_in = c.shape[1]
    first = (dout - dout.mean(axis=1, keepdims=True)) / (std + eps)
    second = c * np.sum(dout * c, axis=1, keepdims=True) / ((fan_in - 1) * std * (std + eps) ** 2)
    return first - second


def standardize_weights_grad_biased(dout, cache):
    c, std, eps = cache
    fan_in = c.shape[1]
    first = (dout - dout.mean(axis=1, keepdims=True)) / (std + eps)
    second = c * np.sum(dout * c, axis=1, keepdims=True) / (fan_in * std * (std + eps) ** 2)
    return first - second


def vector_ln(x, gamma, beta, eps=1e-5):
    """x: (D,)."""
    mu = np.mean(x)
    d = x - mu
    s = np.sqrt(np.dot(d, d) / x.size + eps)
    h = d / s
    return gamma * h + beta, (h, s, gamma)


def vector_ln_grad(dy, cache):
    h, s, gamma = cache
    D = h.size
    dh = gamma * dy
    return (dh - np.sum(dh) / D - h * np.inner(h, dh) / D) / s, dy * h, dy


def vector_ln_grad_jacobian(dy, cache):
    h, s, gamma = cache
    D = len(h)
    J = (np.identity(D) - (1 + np.outer(h, h)) / D) / s
    return np.matmul(J.T, gamma * dy), dy * h, dy.copy()


def vector_ln_grad_jacobian_diagonal(dy, cache):
    h, s, gamma = cache
    D = len(h)
    return (1 - (1 + h * h) / D) / s * gamma * dy, dy * h, dy.copy()


def zscore(a, eps=1e-7):
    """The whole array is one population."""
    m = np.mean(a)
    v = np.var(a)
    z = (a - m) / np.sqrt(v + eps)
    return z, (z, np.sqrt(v + eps))


def zscore_grad(dz, cache):
    z, s = cache
    n = z.size
    return (dz - np.sum(dz) / n - z * np.sum(dz * z) / n) / s


def zscore_grad_len(dz, cache):
    z, s = cache
    n = len(z)
    return (dz - np.sum(dz) / n - z * np.sum(dz * z) / n) / s
