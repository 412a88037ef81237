"""The less usual functions: norms, repeats, concatenations, tensordot, keyword forms, three axes."""
import numpy as np


def repeat_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = np.repeat(np.mean(x, axis=0)[np.newaxis, :], N, axis=0)
    diff = x + np.negative(mu)
    var = np.linalg.norm(diff, axis=0) ** 2 / N
    std = np.atleast_2d(np.sqrt(var + eps))
    x_hat = diff / np.concatenate([std] * 1, axis=0)
    return np.ones_like(x) * beta + gamma * x_hat, (x_hat, std, gamma)


def repeat_backward(dout, cache):
    x_hat, std, gamma = cache
    N = dout.shape[0]
    dgamma = np.ravel(np.sum(dout * x_hat, axis=0, keepdims=True))
    dbeta = np.sum(dout, axis=0, keepdims=True).flatten()
    dh = gamma[None] * dout
    dx = dh - np.full_like(dh, 1.0) * (dh.sum(axis=0) / N)
    dx = dx - np.tensordot(np.ones(N), dh * x_hat, axes=1) * x_hat / N
    return dx / std, dgamma, dbeta


def repeat_backward_doubled(dout, cache):
    x_hat, std, gamma = cache
    N = dout.shape[0]
    dgamma = np.ravel(np.sum(dout * x_hat, axis=0, keepdims=True))
    dbeta = np.sum(dout, axis=0, keepdims=True).flatten()
    dh = gamma[None] * dout
    dx = dh - dh.sum(axis=0) / N - 2 * x_hat * (dh * x_hat).sum(axis=0) / N
    return dx / std, dgamma, dbeta


def signal_forward(x, weight, bias, eps=1e-5):
    """(N, C, L): one axis more than a matrix, one less than an image."""
    N, C, L = x.shape
    flat = x.swapaxes(1, 2).reshape(N * L, C)
    mean = np.mean(flat, axis=0, dtype=np.float64)
    var = np.sum(np.square(flat - mean), axis=0, dtype=np.float64) / len(flat)
    scale = weight * (var + eps) ** -0.5
    y = (flat * scale + (bias - mean * scale)).reshape(N, L, C).swapaxes(1, 2)
    return y, (flat, mean, var + eps, weight)


def signal_backward(grad, saved):
    flat, mean, v, weight = saved
    N, C, L = grad.shape
    g = grad.transpose((0, 2, 1)).reshape(N * L, C)
    h = (flat - mean) / v ** 0.5
    db = g.sum(0)
    dw = np.sum(g * h, 0)
    dx = weight * v ** -0.5 * (g - (db + h * dw) / (N * L))
    return dx.reshape((N, L, C)).transpose([0, 2, 1]), dw, db


def signal_backward_length(grad, saved):
    flat, mean, v, weight = saved
    N, C, L = grad.shape
    g = grad.transpose((0, 2, 1)).reshape(N * L, C)
    h = (flat - mean) / v ** 0.5
    db = g.sum(0)
    dw = np.sum(g * h, 0)
    dx = weight * v ** -0.5 * (g - (db + h * dw) / L)
    return dx.reshape((N, L, C)).transpose([0, 2, 1]), dw, db


def affine_forward(x, w, b, gamma, beta, eps=1e-5):
    """A dense layer with a batch norm behind it; its bias b has no effect, and gets the gradient zero."""
    z = np.dot(x, w) + b
    zc = z - z.mean(axis=0)
    inv = 1.0 / np.sqrt((zc ** 2).mean(axis=0) + eps)
    zn = zc * inv
    return gamma * zn + beta, {"x": x, "w": w, "zn": zn, "inv": inv, "gamma": gamma}


def affine_backward(dout, cache):
    zn, inv = cache["zn"], cache["inv"]
    grads = {"gamma": (dout * zn).sum(axis=0), "beta": dout.sum(axis=0)}
    dzn = dout * cache["gamma"]
    dz = inv * (dzn - dzn.mean(axis=0) - zn * (dzn * zn).mean(axis=0))
    grads["b"] = np.zeros_like(inv)
    grads["w"] = np.dot(cache["x"].T, dz)
    grads["x"] = np.dot(dz, cache["w"].T)
    return grads


def affine_backward_bias(dout, cache):
    grads = affine_backward(dout, cache)
    grads["b"] = (dout * cache["gamma"] * cache["inv"]).sum(axis=0)       # as if there were no norm behind it
    return grads


def residual_forward(x, skip, gamma, beta, eps=1e-6):
    s = x + skip
    mu = s.mean(axis=-1, keepdims=True)
    sigma = np.sqrt(s.var(axis=-1, keepdims=True) + eps)
    z = (s - mu) / sigma
    return gamma * z + beta, (z, sigma, gamma)


def residual_backward(dout, cache):
    z, sigma, gamma = cache
    d = dout * gamma
    ds = (d - d.mean(axis=-1, keepdims=True) - z * (d * z).mean(axis=-1, keepdims=True)) / sigma
    return ds, ds, (dout * z).sum(axis=0), dout.sum(axis=0)


def residual_backward_skip(dout, cache):
    z, sigma, gamma = cache
    d = dout * gamma
    ds = (d - d.mean(axis=-1, keepdims=True) - z * (d * z).mean(axis=-1, keepdims=True)) / sigma
    return ds, dout, (dout * z).sum(axis=0), dout.sum(axis=0)            # the norm stands behind the sum


def guarded_forward(x, gamma, beta, axis=None, eps=1e-5):
    x = np.asarray(x)
    if axis is None:
        axis = -1 if x.ndim == 2 else 1
    elif not isinstance(axis, int):
        raise TypeError("axis has to be an int")
    if gamma.shape != beta.shape:
        raise ValueError("gamma and beta differ in shape: %s, %s" % (gamma.shape, beta.shape))
    if x.shape[axis] != gamma.shape[0]:
        raise ValueError(f"{x.shape[axis]} features, but gamma has {gamma.shape[0]}")
    n = 1
    for k, length in enumerate(x.shape):
        if k != axis % x.ndim:
            n = n * length
    mean = x.sum(axis=0) / n
    var = (x * x).sum(axis=0) / n - mean ** 2
    r = np.reciprocal(np.sqrt(var + eps))
    return (x - mean) * r * gamma + beta, {"x": x, "mean": mean, "r": r, "gamma": gamma, "n": n}


def guarded_backward(dout, cache):
    x, mean, r, gamma, n = [cache[key] for key in ("x", "mean", "r", "gamma", "n")]
    xc = x - mean
    dgamma = r * (dout * xc).sum(axis=0)
    dbeta = dout.sum(axis=0)
    a = gamma * r
    b = -gamma * r ** 2 * dgamma / n
    c = -a * dbeta / n
    return a * dout + b * xc + c, dgamma, dbeta


def guarded_backward_uncentred(dout, cache):
    x, mean, r, gamma, n = [cache[key] for key in ("x", "mean", "r", "gamma", "n")]
    dgamma = r * (dout * (x - mean)).sum(axis=0)
    dbeta = dout.sum(axis=0)
    a = gamma * r
    b = -gamma * r ** 2 * dgamma / n
    c = -a * dbeta / n
    return a * dout + b * x + c, dgamma, dbeta            # x where x - mean was meant
