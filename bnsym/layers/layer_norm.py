"""Layer normalization (Ba, Kiros & Hinton 2016, section 3): each row over all its channels."""

from sympy import Sum, sqrt

from bnsym.layers.layer import Layer


def layer_norm() -> Layer:
    """x[n, c] normalized over c; inference computes as training does."""
    layer = Layer("layer_norm", "Ba, Kiros & Hinton 2016, section 3")
    n, c, x, channels = layer.n, layer.c, layer.x, layer.C
    mean = layer.define("mean", n, Sum(x[n, c], c) / channels)
    var = layer.define("var", n, Sum((x[n, c] - mean[n]) ** 2, c) / channels)
    std = layer.define("std", n, sqrt(var[n] + layer.epsilon))
    xhat = layer.define("xhat", n, c, (x[n, c] - mean[n]) / std[n])
    layer.define("y", n, c, layer.gamma[c] * xhat[n, c] + layer.beta[c])
    return layer
