"""Layers that someone adds: each is equations alone, and gets its kernels as the built-in ones do."""

from sympy import Sum, sqrt

import bnsym as bs
from bnsym.layers.layer import Layer

SOURCE = "added in a test"


def rms_norm():
    layer = Layer("rms_norm", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    square = layer.define("mean_square", n, Sum(x[n, c] ** 2, c) / layer.C)
    rms = layer.define("rms", n, sqrt(square[n] + layer.epsilon))
    layer.define("y", n, c, layer.gamma[c] * x[n, c] / rms[n])
    return layer


def one_pass_variance():
    layer = Layer("one_pass_variance", SOURCE, statistics=("mean", "var"))
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", c, Sum(x[n, c], n) / layer.N)
    var = layer.define("var", c, Sum(x[n, c] ** 2, n) / layer.N - mean[c] ** 2)
    std = layer.define("std", c, sqrt(var[c] + layer.epsilon))
    layer.define("y", n, c, layer.gamma[c] * (x[n, c] - mean[c]) / std[c] + layer.beta[c])
    return layer


def mean_of_squares_first():
    layer = Layer("mean_of_squares_first", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    square = layer.define("mean_square", c, Sum(x[n, c] ** 2, n) / layer.N)
    mean = layer.define("mean", c, Sum(x[n, c], n) / layer.N)
    var = layer.define("var", c, square[c] - mean[c] ** 2)
    layer.define(
        "y", n, c, layer.gamma[c] * (x[n, c] - mean[c]) / sqrt(var[c] + layer.epsilon) + layer.beta[c]
    )
    return layer


def one_equation():
    layer = Layer("one_equation", SOURCE, statistics=("mean", "var"))
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", c, Sum(x[n, c], n) / layer.N)
    var = layer.define("var", c, Sum((x[n, c] - mean[c]) ** 2, n) / layer.N)
    layer.define(
        "y", n, c, layer.beta[c] + layer.gamma[c] * (x[n, c] - mean[c]) / sqrt(var[c] + layer.epsilon)
    )
    return layer


def nothing_named():
    """No statistic has a name."""
    layer = Layer("nothing_named", SOURCE)
    n, c, x, rows = layer.n, layer.c, layer.x, layer.N
    k = bs.index("k", rows)
    mean = Sum(x[k, c], k) / rows
    var = Sum(x[k, c] ** 2, k) / rows - mean**2
    layer.define("y", n, c, layer.gamma[c] * (x[n, c] - mean) / sqrt(var + layer.epsilon) + layer.beta[c])
    return layer


def backwards_layer_norm():
    """The sum of squares comes before the mean, the shift before the scale."""
    layer = Layer("backwards_layer_norm", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    total = layer.define("total", n, Sum(x[n, c], c))
    squares = layer.define("squares", n, Sum(x[n, c] ** 2, c))
    var = layer.define("var", n, squares[n] / layer.C - (total[n] / layer.C) ** 2)
    scale = layer.define("scale", n, 1 / sqrt(var[n] + layer.epsilon))
    mean = layer.define("mean", n, total[n] / layer.C)
    shift = layer.define("shift", n, -mean[n] * scale[n])
    layer.define("y", n, c, layer.beta[c] + layer.gamma[c] * (scale[n] * x[n, c] + shift[n]))
    return layer


def centering():
    layer = Layer("centering", SOURCE, statistics=("mean",))
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", c, Sum(x[n, c], n) / layer.N)
    layer.define("y", n, c, x[n, c] - mean[c])
    return layer


def unbiased_variance():
    layer = Layer("unbiased_variance", SOURCE, statistics=("mean", "var"))
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", c, Sum(x[n, c], n) / layer.N)
    var = layer.define("var", c, Sum((x[n, c] - mean[c]) ** 2, n) / (layer.N - 1))
    std = layer.define("std", c, sqrt(var[c] + layer.epsilon))
    xhat = layer.define("xhat", n, c, (x[n, c] - mean[c]) / std[c])
    layer.define("y", n, c, layer.gamma[c] * xhat[n, c] + layer.beta[c])
    return layer


def not_affine():
    layer = Layer("not_affine", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", n, Sum(x[n, c], c) / layer.C)
    var = layer.define("var", n, Sum((x[n, c] - mean[n]) ** 2, c) / layer.C)
    xhat = layer.define("xhat", n, c, (x[n, c] - mean[n]) / sqrt(var[n] + layer.epsilon))
    layer.define("y", n, c, layer.gamma[c] * xhat[n, c] ** 2 + layer.beta[c])
    return layer


def no_parameters():
    layer = Layer("no_parameters", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    mean = layer.define("mean", n, Sum(x[n, c], c) / layer.C)
    var = layer.define("var", n, Sum((x[n, c] - mean[n]) ** 2, c) / layer.C)
    layer.define("y", n, c, (x[n, c] - mean[n]) / sqrt(var[n] + layer.epsilon))
    return layer


def third_parameter():
    """A parameter of its own, beside gamma and beta, inside the root's square."""
    layer = Layer("third_parameter", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    slope = bs.tensor("slope", layer.C)
    square = layer.define("mean_square", n, Sum(x[n, c] ** 2, c) / layer.C)
    r = layer.define("r", n, sqrt(square[n] + layer.epsilon))
    layer.define("y", n, c, layer.gamma[c] * x[n, c] / r[n] + slope[c] * x[n, c] + layer.beta[c])
    return layer


def clashing_names():
    """Names that the generated module, or the planner, or Python has for something else."""
    layer = Layer("clashing_names", SOURCE, statistics=("rows", "axis"))
    n, c, x = layer.n, layer.c, layer.x
    lam = bs.tensor("lambda", layer.C)
    count = bs.tensor("count", layer.C)
    rows = layer.define("rows", c, Sum(x[n, c], n) / layer.N)
    centered = layer.define("centered", n, c, x[n, c] - rows[c])
    axis = layer.define("axis", c, Sum(centered[n, c] ** 2, n) / layer.N)
    saved = layer.define("saved", c, sqrt(axis[c] + layer.epsilon))
    normalized = layer.define("normalized", n, c, centered[n, c] / saved[c])
    grad_y = layer.define("grad_y", n, c, lam[c] * normalized[n, c])
    layer.define("np", n, c, grad_y[n, c] + count[c] * normalized[n, c] ** 2 + layer.beta[c])
    return layer


def both_directions():
    """Squares over rows and channels: one scalar for the whole batch."""
    layer = Layer("both_directions", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    k, j = bs.index("k", layer.N), bs.index("l", layer.C)
    root = sqrt(Sum(x[k, j] ** 2, k, j) / (layer.N * layer.C) + layer.epsilon)
    layer.define("y", n, c, layer.gamma[c] * x[n, c] / root + layer.beta[c])
    return layer


def roots_summed():
    """A sum over channels of a root of a sum over rows."""
    layer = Layer("roots_summed", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    k, j = bs.index("k", layer.N), bs.index("l", layer.C)
    layer.define("y", n, c, x[n, c] / Sum(sqrt(Sum(x[k, j] ** 2, k) + layer.epsilon), j))
    return layer


LAYERS = {
    f.__name__: f
    for f in (
        rms_norm,
        one_pass_variance,
        mean_of_squares_first,
        one_equation,
        nothing_named,
        backwards_layer_norm,
        centering,
        unbiased_variance,
        not_affine,
        no_parameters,
        third_parameter,
        clashing_names,
        both_directions,
        roots_summed,
    )
}


def mixing():
    """The gradient by x needs a product of matrices: z = x W mixes channels before it is normalized."""
    layer = Layer("mixing", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    k = bs.index("k", layer.C)
    W = bs.tensor("W", layer.C, layer.C)
    layer.define("y", n, c, Sum(x[n, k] * W[k, c], k))
    return layer


def gram():
    """Every row is weighed by its product with every other row."""
    layer = Layer("gram", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    k, j = bs.index("k", layer.N), bs.index("l", layer.C)
    layer.define("y", n, c, Sum(Sum(x[n, j] * x[k, j], j) * x[k, c], k))
    return layer


def free_scalar():
    layer = Layer("free_scalar", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    layer.define("y", n, c, bs.scalar("alpha") * x[n, c])
    return layer


def own_position():
    layer = Layer("own_position", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    layer.define("y", n, c, c * x[n, c])
    return layer


def first_row():
    layer = Layer("first_row", SOURCE)
    n, c, x = layer.n, layer.c, layer.x
    layer.define("y", n, c, x[n, c] - x[1, c])
    return layer


WITHOUT_PLAN = {f.__name__: f for f in (mixing, gram, free_scalar, own_position, first_row)}
