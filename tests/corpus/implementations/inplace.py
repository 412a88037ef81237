"""Everything that can be done in place is."""
import numpy as np


def forward(x, gamma, beta, eps=1e-5):
    out = x.copy()
    out -= out.mean(axis=0)
    var = np.mean(out * out, axis=0)
    var += eps
    np.sqrt(var, out=var)
    out /= var
    xhat = out.copy()
    out *= gamma
    out += beta
    return out, (xhat, var, gamma)


def backward(dout, cache):
    xhat, std, gamma = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = dout * gamma
    shift = dx.sum(axis=0) / N
    proj = xhat * ((dx * xhat).sum(axis=0) / N)
    dx -= shift
    dx -= proj
    dx /= std
    return dx, dgamma, dbeta


def backward_shift_too_late(dout, cache):
    xhat, std, gamma = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = dout * gamma
    dx /= std
    dx -= dx.sum(axis=0) / N
    dx -= xhat * ((dx * xhat).sum(axis=0)) / N / std   # std taken out a second time
    return dx, dgamma, dbeta


def forward_aliased(x, gamma, beta, eps=1e-5):
    # xhat and out share their memory until the end; x itself is kept whole
    xc = x - np.mean(x, axis=0, keepdims=True)
    xhat = xc
    var = np.sum(xc ** 2, axis=0, keepdims=True) / x.shape[0]
    xhat *= 1 / np.sqrt(var + eps)                    # changes xc as well, and that is meant
    out = gamma * xc + beta
    return out, (xhat, var, gamma, eps)


def backward_aliased(dout, cache):
    xhat, var, gamma, eps = cache
    dx = dout * gamma
    total = dx
    proj = np.mean(dx * xhat, axis=0, keepdims=True)
    total -= np.mean(total, axis=0, keepdims=True)
    dx -= xhat * proj                                 # the same array as total
    total *= (var + eps) ** -0.5
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def backward_aliased_badly(dout, cache):
    xhat, var, gamma, eps = cache
    dx = dout
    dx *= gamma                                       # dout is changed before dgamma and dbeta are taken from it
    proj = np.mean(dx * xhat, axis=0)
    grad = (dx - dx.mean(axis=0) - xhat * proj) / np.sqrt(var + eps)
    return grad, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def ln_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    mean = np.mean(x, axis=-1, keepdims=True)
    np.subtract(x, mean, out=y)
    inv_std = np.mean(np.square(y), axis=-1, keepdims=True)
    inv_std += eps
    np.sqrt(inv_std, out=inv_std)
    np.reciprocal(inv_std, out=inv_std)
    np.multiply(y, inv_std, out=y)
    normed = y.copy()
    np.multiply(y, gamma, out=y)
    np.add(y, beta, out=y)
    return y, (normed, inv_std, gamma)


def ln_backward(dy, saved):
    normed, inv_std, gamma = saved
    dgamma = np.sum(np.multiply(dy, normed), axis=0)
    dbeta = np.sum(dy, axis=0)
    np.multiply(dy, gamma, out=dy)
    dx = np.mean(dy * normed, axis=-1, keepdims=True)
    dx = np.multiply(normed, dx)
    np.subtract(dy, dx, out=dx)
    np.subtract(dx, np.mean(dy, axis=-1, keepdims=True), out=dx)
    np.multiply(dx, inv_std, out=dx)
    return dx, dgamma, dbeta


def ln_backward_out_order(dy, saved):
    normed, inv_std, gamma = saved
    dgamma = np.sum(np.multiply(dy, normed), axis=0)
    dbeta = np.sum(dy, axis=0)
    dx = dy * gamma
    np.multiply(dx, inv_std, out=dx)
    proj = np.mean(dx * normed, axis=-1, keepdims=True)
    np.subtract(dx, np.mean(dx, axis=-1, keepdims=True), out=dx)
    np.subtract(dx, np.multiply(proj, proj), out=dx)  # proj where normed was meant
    return dx, dgamma, dbeta
