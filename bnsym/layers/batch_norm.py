"""Batch normalization (Ioffe & Szegedy 2015, algorithm 1): each channel over all its rows."""

from sympy import Sum, sqrt

from bnsym.layers.layer import Layer


def batch_norm() -> Layer:
    """x[n, c] normalized over n; inference uses running averages of mean and var."""
    layer = Layer("batch_norm", "Ioffe & Szegedy 2015, algorithm 1", statistics=("mean", "var"))
    n, c, x, rows = layer.n, layer.c, layer.x, layer.N
    mean = layer.define("mean", c, Sum(x[n, c], n) / rows)
    var = layer.define("var", c, Sum((x[n, c] - mean[c]) ** 2, n) / rows)
    std = layer.define("std", c, sqrt(var[c] + layer.epsilon))
    xhat = layer.define("xhat", n, c, (x[n, c] - mean[c]) / std[c])
    layer.define("y", n, c, layer.gamma[c] * xhat[n, c] + layer.beta[c])
    return layer
