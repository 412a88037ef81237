"""What transformers use: layer norm and RMS norm over the last axis of (B, T, D)."""
from typing import Dict, Tuple

import numpy as np


def layernorm_fwd(inp: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> Tuple[np.ndarray, Tuple]:
    B, T, C = inp.shape
    mean = inp.sum(-1, keepdims=True) / C
    xshift = inp - mean
    var = (xshift ** 2).sum(-1, keepdims=True) / C
    rstd = (var + 1e-5) ** -0.5
    norm = xshift * rstd
    out = norm * weight + bias
    return out, (inp, weight, mean, rstd)


def layernorm_bwd(dout: np.ndarray, cache: Tuple) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    inp, weight, mean, rstd = cache
    norm = (inp - mean) * rstd
    db = dout.sum((0, 1))
    dw = (dout * norm).sum((0, 1))
    dnorm = dout * weight
    dx = dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True)
    dx *= rstd
    return dx, dw, db


def layernorm_bwd_time_kept(dout, cache):
    inp, weight, mean, rstd = cache
    norm = (inp - mean) * rstd
    dnorm = dout * weight
    dx = rstd * (dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True))
    return dx, (dout * norm).sum(axis=0).mean(axis=0), dout.sum(axis=0).mean(axis=0)   # mean over T


def layernorm_bwd_no_projection(dout, cache):
    inp, weight, mean, rstd = cache
    norm = (inp - mean) * rstd
    dnorm = dout * weight
    return (dnorm - dnorm.mean(-1, keepdims=True)) * rstd, (dout * norm).sum((0, 1)), dout.sum((0, 1))


def rms_norm(x, g, eps=1e-6):
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    rms = np.sqrt(ms + eps)
    return x / rms * g, (x, g, rms)


def rms_norm_backward(dy, cache):
    x, g, rms = cache
    n = x.shape[-1]
    dg = np.sum(dy * x / rms, axis=tuple(range(x.ndim - 1)))
    dxn = dy * g
    dx = dxn / rms - x * np.sum(dxn * x, axis=-1, keepdims=True) / (n * rms ** 3)
    return dx, dg


def rms_norm_backward_square(dy, cache):
    x, g, rms = cache
    n = x.shape[-1]
    dg = np.sum(dy * x / rms, axis=(0, 1))
    dxn = dy * g
    dx = dxn / rms - x * np.sum(dxn * x, axis=-1, keepdims=True) / (n * rms ** 2)   # to the third power
    return dx, dg


class RMSNorm:
    def __init__(self, dim: int, eps: float = 1e-6):
        self.eps = eps
        self.weight = np.ones(dim, dtype=np.float32)
        self._cache: Dict[str, np.ndarray] = {}
        self.grads: Dict[str, np.ndarray] = {}

    def _norm(self, x):
        return x * np.reciprocal(np.sqrt(np.square(x).mean(-1, keepdims=True) + self.eps))

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._cache["x"] = x
        return self._norm(x) * self.weight

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        x = self._cache["x"]
        *lead, d = x.shape
        r = 1.0 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.eps)
        self.grads["weight"] = np.einsum("btd,btd->d", grad_out, x * r)
        gw = grad_out * self.weight
        dot = np.einsum("btd,btd->bt", gw, x)[..., np.newaxis]
        return r * gw - (r ** 3 / d) * dot * x


class RMSNormForgetsWeight(RMSNorm):
    def backward(self, grad_out):
        x = self._cache["x"]
        d = x.shape[-1]
        r = 1.0 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.eps)
        self.grads["weight"] = (grad_out * x * r).sum(axis=(0, 1))
        dot = (grad_out * x).sum(axis=-1, keepdims=True)
        return r * grad_out - (r ** 3 / d) * dot * x


class RMSNormNoCount(RMSNorm):
    def backward(self, grad_out):
        x = self._cache["x"]
        r = 1.0 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.eps)
        self.grads["weight"] = (grad_out * x * r).sum(axis=(0, 1))
        gw = grad_out * self.weight
        return r * gw - r ** 3 * (gw * x).sum(axis=-1, keepdims=True) * x


def scale_norm(x, g, eps=1e-5):
    norm = np.sqrt(np.sum(x * x, axis=-1, keepdims=True) + eps)
    return g * x / norm, {"x": x, "g": g, "norm": norm}


def scale_norm_backward(dout, cache):
    """g is one number."""
    x, g, norm = cache["x"], cache["g"], cache["norm"]
    dg = np.sum(dout * x / norm)
    dx = g * (dout / norm - x * np.sum(dout * x, axis=-1, keepdims=True) / norm ** 3)
    return dx, dg


def scale_norm_backward_all(dout, cache):
    x, g, norm = cache["x"], cache["g"], cache["norm"]
    dg = np.sum(dout * x / norm)
    dx = g * (dout / norm - x * np.sum(dout * x) / norm ** 3)       # over the whole batch
    return dx, dg
