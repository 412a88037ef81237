"""As short as it gets."""
import numpy as np


def bn(x, g, b, eps=1e-5):
    v = ((x - x.mean(0)) ** 2).mean(0) + eps
    xh = (x - x.mean(0)) * v ** -.5
    return xh * g + b, (xh, g, v)


def bn_grad(dy, c):
    xh, g, v = c
    return g * v ** -.5 * (dy - dy.mean(0) - xh * (dy * xh).mean(0)), (dy * xh).sum(0), dy.sum(0)


def bn_grad_mean_for_sum(dy, c):
    xh, g, v = c
    return g * v ** -.5 * (dy - dy.mean(0) - xh * (dy * xh).mean(0)), (dy * xh).mean(0), dy.mean(0)


def bn_grad_sum_for_mean(dy, c):
    xh, g, v = c
    return g * v ** -.5 * (dy - dy.sum(0) - xh * (dy * xh).sum(0)), (dy * xh).sum(0), dy.sum(0)


def bn_grad_inv(dy, c):
    xh, g, v = c
    return g / v * (dy - dy.mean(0) - xh * (dy * xh).mean(0)), (dy * xh).sum(0), dy.sum(0)


bn_einsum = lambda dy, c: (  # noqa
    np.einsum("d,d,nd->nd", c[1], 1 / np.sqrt(c[2]),
              dy - np.einsum("nd->d", dy) / len(dy) - c[0] * np.einsum("nd,nd->d", dy, c[0]) / len(dy)),
    np.einsum("nd,nd->d", dy, c[0]),
    np.einsum("nd->d", dy),
)


def ln_einsum(x, w, b, eps=1e-6):
    n, d = x.shape
    mu = np.einsum("ij->i", x) / d
    xc = x - mu[:, None]
    var = np.einsum("ij,ij->i", xc, xc) / d
    r = 1 / np.sqrt(var + eps)
    h = np.einsum("ij,i->ij", xc, r)
    return np.einsum("ij,j->ij", h, w) + b, (h, r, w)


def ln_einsum_grad(dy, saved):
    h, r, w = saved
    d = h.shape[-1]
    dh = np.einsum("ij,j->ij", dy, w)
    proj = np.einsum("ij,ij->i", dh, h) / d
    dx = np.einsum("ij,i->ij", dh - dh.mean(-1, keepdims=True) - h * proj[:, None], r)
    return dx, np.einsum("ij,ij->j", dy, h), dy.sum(0)


def ln_einsum_grad_axes(dy, saved):
    h, r, w = saved
    d = h.shape[-1]
    dh = dy * w
    proj = np.einsum("ij,ij->j", dh, h) / d           # over the samples instead of the features
    dx = (dh - dh.mean(-1, keepdims=True) - h * proj) * r[:, None]
    return dx, np.einsum("ij,ij->j", dy, h), dy.sum(0)


def ln_einsum_grad_weight_twice(dy, saved):
    h, r, w = saved
    dh = dy * w
    m1 = dh.mean(axis=-1, keepdims=True)
    m2 = (dh * h).mean(axis=-1, keepdims=True)
    dx = w * (dh - m1 - h * m2) * r[:, None]
    return dx, (dy * h).sum(axis=0), dy.sum(axis=0)
