"""Programs that calculate entry by entry, reduce, and multiply: a row a feature."""

from __future__ import annotations

import builtins
import functools
import math
import operator
from math import sqrt as root

import numpy
import numpy as np
from numpy import mean, ones_like, zeros
from numpy.linalg import norm
from tracing.oracle import Program

ARITHMETIC = (
    Program("add", lambda x, y: x + y, ("N D", "D")),
    Program("subtract", lambda x, y: x - y, ("N D", "N 1")),
    Program("multiply", lambda x, y: x * y * 2 * 0.5, ("N D", "1 D")),
    Program("divide", lambda x, y: x / y / 3, ("N D", "N D")),
    Program("from the right", lambda x: (1 + x, 1 - x, 2 * x, 1 / x, 2.5 / x, 1.0 - x), ("N D",)),
    Program("sign changes", lambda x: (-x, +x, abs(-x), 0 - -x), ("N D",)),
    Program("powers", lambda x: (x**2, x**3, x**-1, x**-2, x**0.5, x**-0.5, x**1.5, x**-1.5, x**0), ("N D",)),
    Program("np.power", lambda x: (np.power(x, 2), np.power(x, -0.5), np.float_power(x, -1.5)), ("N D",)),
    Program("builtin pow", lambda x: pow(x, 3), ("N",)),
    Program("sqrt", lambda x, eps: 1.0 / np.sqrt(x + eps), ("N D", "")),
    Program("square and reciprocal", lambda x: np.square(x) + np.reciprocal(x), ("N",)),
    Program("abs, sign", lambda x: (np.abs(x - 1), np.absolute(-x), np.fabs(x), np.sign(x - 3)), ("N",)),
    Program(
        "named arithmetic",
        lambda x, y: np.add(x, np.subtract(y, np.multiply(x, np.divide(x, y)))),
        ("N", "N"),
    ),
    Program("true_divide, negative", lambda x, y: np.true_divide(np.negative(x), np.positive(y)), ("N", "N")),
    Program("out=", lambda x, y: (np.sqrt(x, out=x), np.add(x, y, out=y)), ("N D", "N D")),
    Program("out= as a tuple", lambda x, y: np.multiply(x, y, out=(x,)), ("N D", "N D")),
    Program("out as the third argument", lambda x, y: np.multiply(x, y, x), ("N D", "D")),
    Program("out of a reduction", lambda x, y: np.sum(x, axis=0, out=y), ("N D", "D")),
    Program("out of a product", lambda x, y, z: np.matmul(x, y, out=z), ("N D", "D M", "N M")),
    Program("dtype=", lambda x: np.add(x, 1, dtype=np.float64) + np.sqrt(x, dtype=np.float64), ("N",)),
    Program("np.float32 of a number", lambda x: x + np.float32(0.5) + np.float64(0.25), ("N",)),
    Program("numbers of NumPy from the left", lambda x: np.float64(2.0) * x - np.float64(1.5), ("N",)),
    Program("math.sqrt of a number", lambda x: x * math.sqrt(4) + math.pow(2, 3) + root(9), ("N",)),
    Program("math.sqrt of a size", lambda x: x / math.sqrt(x.shape[1]) + root(x.shape[0]), ("N D",)),
    Program("np.sqrt of a size", lambda x: x / np.sqrt(x.shape[1]), ("N D",)),
    Program("floats of sizes", lambda x: x * float(x.shape[0]) + 1.0 / len(x) + 1.0 / x.size, ("N D",)),
    Program(
        "a number of the size's type", lambda x: np.float64(x.shape[0]) + np.array(x.shape[1]) * x, ("N D",)
    ),
    Program("nan_to_num", lambda x: np.nan_to_num(x), ("N",)),
    Program("real, conj", lambda x: (x.real, x.conj(), np.real(x), np.conj(x)), ("N",)),
    Program("maximum that signs decide", lambda x: np.maximum(x * x, 0.0) + np.minimum(-(x**2), 0), ("N D",)),
    Program("maximum is broadcast", lambda x: np.maximum(0.0 * np.ones(2), x[:, None] ** 2), ("N",)),
    Program("clip that signs decide", lambda x: np.clip(x**2, 0, None) + (x**2).clip(0), ("N",)),
    Program("where that signs decide", lambda x: np.where(x**2 >= 0, 1.0, x), ("N D",)),
    Program("hypot", lambda x, y: np.hypot(x, y), ("N", "N")),
    Program("sum of a list", lambda x, y: sum([x, y, x]), ("N", "N")),
    Program("builtin max of sizes", lambda x: x * max(x.shape[0], 1) + min(1, x.shape[1]), ("N D",), runs=4),
    Program("isfinite", lambda x: x if np.all(np.isfinite(x)) and not np.isnan(x).any() else None, ("N",)),
)

REDUCTIONS = (
    Program(
        "sum", lambda x: (np.sum(x), x.sum(), np.sum(x, 0), x.sum(axis=-1), x.sum(1, keepdims=True)), ("N D",)
    ),
    Program("mean", lambda x: (np.mean(x), x.mean(0), np.mean(x, axis=1, keepdims=True)), ("N D",)),
    Program("mean, positional", lambda x: np.mean(x, 0, None, None, True), ("N D",)),
    Program("tuple axes", lambda x: (x.sum((0, 2, 3)), x.mean(axis=(0, 2, 3), keepdims=True)), ("N C H W",)),
    Program("list axes of a tuple()", lambda x: x.mean(axis=tuple([0, -1]), keepdims=True), ("N C H",)),
    Program("var", lambda x: (np.var(x), x.var(0), np.var(x, axis=-1, keepdims=True)), ("N D",)),
    Program("var of images", lambda x: np.var(x, axis=(0, 2, 3), keepdims=True), ("N C H W",)),
    Program("std", lambda x: (np.std(x, axis=0), x.std(axis=1, keepdims=True), x.std()), ("N D",)),
    Program("ddof", lambda x: (np.var(x, axis=0, ddof=1), x.std(0, ddof=1)), ("N D",), runs=2),
    Program("positional ddof", lambda x: x.var(0, None, None, 1), ("N D",), runs=2),
    Program("average", lambda x: np.average(x, axis=0), ("N D",)),
    Program("average with weights", lambda x, w: np.average(x, axis=0, weights=w), ("N D", "N D")),
    Program("average with weights of one axis", lambda x, w: np.average(x, axis=0, weights=w), ("N D", "N")),
    Program(
        "nansum",
        lambda x: np.nansum(x, axis=0) + np.nanmean(x, 0) + np.nanvar(x, 0) + np.nanstd(x, 0),
        ("N D",),
    ),
    Program("prod of a shape", lambda x: x / np.prod(x.shape) * np.prod(x.shape[2:]), ("N C H W",)),
    Program("math.prod", lambda x: x.sum() / math.prod(x.shape), ("N D",)),
    Program("no axes", lambda x: x.sum(axis=()), ("N D",)),
    Program("add.reduce", lambda x: np.add.reduce(x, axis=0) + np.add.reduce(x), ("N D",)),
    Program("multiply.reduce of a shape", lambda x: x / np.multiply.reduce(x.shape), ("N D",)),
    Program("functools.reduce", lambda x: x / functools.reduce(operator.mul, x.shape, 1), ("N D",)),
    Program("norm", lambda x: (np.linalg.norm(x), np.linalg.norm(x, axis=0), norm(x, 2, -1, True)), ("N D",)),
    Program("norm, order 1", lambda x: np.linalg.norm(x - 1, ord=1, axis=1), ("N D",)),
    Program("Frobenius", lambda x: np.linalg.norm(x, "fro"), ("N D",)),
    Program("method of the type", lambda x: np.ndarray.sum(x, axis=0) + np.ndarray.mean(x, 0), ("N D",)),
    Program("sum of a list of arrays", lambda x, y: np.sum([x, y], axis=0) + np.mean((x, y), 0), ("N", "N")),
    Program("reduced number goes on", lambda x: np.sqrt(np.sum(x * x)) * x, ("N D",)),
    Program("sum of a number", lambda x, a: np.sum(a) + x.sum(), ("N", "")),
    Program("cumsum of an axis with a number", lambda x: np.cumsum(x, axis=1), ("N 3",)),
    Program("prod of an axis with a number", lambda x: np.prod(x, axis=1), ("N 3",)),
    Program("diff of an axis with a number", lambda x: np.diff(x, axis=1), ("N 3",)),
)

PRODUCTS = (
    Program("@ matrices", lambda x, w: x @ w, ("N D", "D M")),
    Program("@ matrix and vector", lambda x, v: (x @ v, v @ x.T), ("N D", "D")),
    Program("@ vectors", lambda v, w: v @ w, ("D", "D")),
    Program("@ stacks", lambda x, y: x @ y, ("T N D", "D M")),
    Program("@ stacks of both", lambda x, y: x @ y, ("T N D", "T D M")),
    Program("@ broadcast stacks", lambda x, y: x @ y, ("T 1 N D", "M D N")),
    Program("matmul", lambda x, w: np.matmul(x, w), ("N D", "D M")),
    Program("dot", lambda x, w, v: (np.dot(x, w), x.dot(v), np.dot(v, v)), ("N D", "D M", "D")),
    Program("dot of a stack", lambda x, y: np.dot(x, y), ("T N D", "M D H")),
    Program("dot with a number", lambda x, a: np.dot(x, 2.0) + np.dot(a, x), ("N D", "")),
    Program("dot with ones", lambda x: np.ones(x.shape[0]).dot(x), ("N D",)),
    Program("inner", lambda x, y, v: (np.inner(x, y), np.inner(v, v)), ("N D", "M D", "D")),
    Program("outer", lambda v, w: np.outer(v, w), ("N", "D")),
    Program("outer of matrices", lambda x, w: np.outer(x, w), ("N D", "M")),
    Program("multiply.outer", lambda v, w: np.multiply.outer(v, w), ("N D", "M")),
    Program("vdot", lambda x, y: np.vdot(x, y), ("N D", "N D")),
    Program("tensordot", lambda x, y: np.tensordot(x, y, axes=([1], [0])), ("N D", "D M")),
    Program("tensordot, a number", lambda x, y: np.tensordot(x, y, 1), ("N T D", "D M")),
    Program("tensordot, two axes", lambda x, y: np.tensordot(x, y, axes=((0, 2), (1, 0))), ("N C H", "H N")),
    Program("tensordot, negative axes", lambda x, y: np.tensordot(x, y, (-1, -1)), ("N D", "M D")),
    Program("tensordot to a number", lambda x, y: np.tensordot(x, y), ("N D", "N D")),
    Program("einsum", lambda x, y: np.einsum("nd,nd->d", x, y), ("N D", "N D")),
    Program("einsum, implicit", lambda x, y: np.einsum("ba,ac", x, y), ("N D", "D M")),
    Program("einsum, to a number", lambda x: np.einsum("ij->", x) + np.einsum("ij,ij", x, x), ("N D",)),
    Program("einsum, dots", lambda x, g: np.einsum("nc...,c->n...", x, g), ("N C H W", "C")),
    Program("einsum, dots in all", lambda x, y: np.einsum("...i,...i->...", x, y), ("N T D", "T D")),
    Program("einsum, repeated letter", lambda x: (np.einsum("ii->i", x), np.einsum("ii", x)), ("N N",)),
    Program("einsum, transposed", lambda x: np.einsum("ij->ji", x), ("N D",)),
    Program(
        "einsum, three", lambda x, y, g: np.einsum("nchw,nchw,c->c", x, y, g), ("N C H W", "N C H W", "C")
    ),
    Program("einsum, broadcast", lambda x, y: np.einsum("ij,ij->ij", x, y), ("N D", "N 1")),
    Program("einsum, lists", lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), ("N D", "D M")),
    Program("einsum, optimize", lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True), ("N D", "D M")),
    Program("trace", lambda x: np.trace(x) + x.trace(), ("N N",)),
    Program("diag", lambda x, v: (np.diag(x), np.diag(v), np.diag(v) @ x), ("N N", "N")),
    Program("diagonal", lambda x: np.diagonal(x) + x.diagonal(), ("N N",)),
    Program("diagonal of a stack", lambda x: x.diagonal(axis1=1, axis2=2), ("T N N",)),
    Program("multi_dot", lambda x, y, z: np.linalg.multi_dot([x, y, z]), ("N D", "D M", "M T")),
    Program("jacobian", lambda x: np.eye(x.shape[0]) - np.ones((len(x), len(x))) / len(x), ("N D",)),
    Program("kron of vectors", lambda v, w: np.kron(v, w), ("N", "D")),
)


def inside(x):
    import math as own_math

    import numpy as own

    total = own.zeros(x.shape[1])
    return total + own.sum(x, axis=0) + own_math.sqrt(x.shape[0])


def inside_names(x):
    from math import sqrt

    from numpy import mean as average
    from numpy.linalg import norm as length

    return average(x, axis=0) * sqrt(x.shape[1]) + length(x, axis=0)


def keyword_only(x, *, axis=0, **options):
    return x.mean(axis=axis, **options)


def many(*arrays, **named):
    return arrays[0] + named["scale"] * arrays[-1]


class Layer:
    """State, a property, a static method and a class method."""

    momentum = 0.9

    def __init__(self, features):
        self.gamma = np.ones(features)
        self.running = np.zeros(features)

    @property
    def doubled(self):
        return self.gamma * 2

    @staticmethod
    def centred(x):
        return x - x.mean(0)

    @classmethod
    def scaled(cls, x):
        return x * cls.momentum

    def __call__(self, x):
        self.running *= self.momentum
        self.running += (1 - self.momentum) * x.mean(0)
        self.cache = {"x": x, "n": len(x)}
        return self.doubled * self.centred(self.scaled(x)) + self.running


def with_class(x):
    layer = Layer(x.shape[1])
    first = layer(x)
    return first, layer(first), layer.running, layer.cache["x"] / layer.cache["n"]


NAMES = (
    Program("from numpy import", lambda x: mean(x, 0) + zeros(x.shape[1]) + ones_like(x), ("N D",)),
    Program("import numpy", lambda x: numpy.mean(x, axis=0), ("N D",)),
    Program("import inside", inside, ("N D",)),
    Program("import of names inside", inside_names, ("N D",)),
    Program("keywords", lambda x: keyword_only(x, axis=1, keepdims=True), ("N D",)),
    Program("starred arguments", lambda x, y: many(x, y, scale=2.0), ("N", "N")),
    Program("class", with_class, ("N D",)),
    Program("partial", lambda x: functools.partial(np.sum, axis=0)(x), ("N D",)),
    Program(
        "map, zip, enumerate", lambda x, y: [k * a for k, a in enumerate(map(np.sqrt, (x, y)))], ("N", "D")
    ),
    Program("getattr", lambda x: getattr(np, "sum")(getattr(x, "T"), axis=0), ("N D",)),
    Program("operator", lambda x, y: operator.add(x, operator.truediv(y, x)), ("N", "N")),
    Program("builtins module", lambda x: x / builtins.max(2, 3), ("N",)),
    Program("numbers of one type", lambda x: x * np.pi + np.e, ("N",)),
)

ENTRIES = (*ARITHMETIC, *REDUCTIONS, *PRODUCTS, *NAMES)
