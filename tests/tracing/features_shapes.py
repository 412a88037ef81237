"""Programs on shapes and sizes: a row a feature."""

from __future__ import annotations

import copy
import functools
import operator

import numpy as np
from tracing.oracle import Program

LAYOUT = (
    Program("T", lambda x: (x.T, x.T.T), ("N C H",)),
    Program("transpose", lambda x: (x.transpose(), np.transpose(x), x.transpose(1, 0, 2)), ("N C H",)),
    Program(
        "transpose by a tuple",
        lambda x: (x.transpose((0, 2, 3, 1)), np.transpose(x, [3, 0, -2, 1])),
        ("N C H W",),
    ),
    Program("transpose by axes=", lambda x: np.transpose(x, axes=(1, 0)), ("N D",)),
    Program("swapaxes", lambda x: (x.swapaxes(0, 1), np.swapaxes(x, 1, -1)), ("N C H",)),
    Program("moveaxis", lambda x: (np.moveaxis(x, 1, -1), np.moveaxis(x, [0, 1], [-1, 0])), ("N C H W",)),
    Program(
        "rollaxis", lambda x: (np.rollaxis(x, 1), np.rollaxis(x, 0, 3), np.rollaxis(x, 2, 1)), ("N C H",)
    ),
    Program(
        "expand_dims",
        lambda x: (np.expand_dims(x, 0), np.expand_dims(x, -1), np.expand_dims(x, (0, 2))),
        ("N D",),
    ),
    Program(
        "squeeze",
        lambda x: (np.squeeze(x[None]), x[:, None].squeeze(1), x[None, ..., None].squeeze((0, -1))),
        ("N D",),
        runs=1,
    ),
    Program("newaxis", lambda x: (x[None], x[:, np.newaxis], x[..., None], x[None, :, None, :]), ("N D",)),
    Program("ellipsis", lambda x: (x[...], x[..., 0], x[0, ...], x[..., None, :]), ("N C H",)),
    Program("reshape to known sizes", lambda x: x.reshape(x.shape[0], -1), ("N C H W",)),
    Program("reshape of a tuple", lambda x: np.reshape(x, (-1, x.shape[-1])), ("N H W C",)),
    Program("reshape of a list", lambda x, g: x + g.reshape([1, -1, 1, 1]), ("N C H W", "C")),
    Program("reshape back", lambda x: (x.reshape(-1, x.shape[-1]) * 2).reshape(x.shape), ("N H W C",)),
    Program("reshape by a slice of the shape", lambda x: x.reshape((-1,) + x.shape[2:]), ("N C H W",)),
    Program("reshape with 1s", lambda x: x.reshape((1,) + x.shape + (1,)), ("N D",)),
    Program("reshape by order=C", lambda x: np.reshape(x, (-1, x.shape[1]), order="C"), ("N D",)),
    Program("flat", lambda x: (x.ravel(), np.ravel(x), x.flatten(), x.reshape(-1)), ("N D",)),
    Program("by columns", lambda x: (x.reshape(-1, order="F"), x.ravel(order="F"), x.flatten("F")), ("N D",)),
    Program("columns kept", lambda x: np.reshape(x, (-1, x.shape[2]), order="F"), ("N D 3",)),
    Program("flat of transposed", lambda x: (x.T.ravel(), x.T.flatten(), x.T.reshape(-1)), ("N D",)),
    Program(
        "channels last and flat", lambda x: x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]), ("N C H W",)
    ),
    Program(
        "channels first and flat",
        lambda x: x.transpose(1, 0, 2, 3).reshape(x.shape[1], -1).mean(1),
        ("N C H W",),
    ),
    Program(
        "and back",
        lambda x: (
            x.transpose(0, 2, 3, 1)
            .reshape(-1, x.shape[1])
            .reshape(x.shape[0], x.shape[2], x.shape[3], -1)
            .transpose(0, 3, 1, 2)
        ),
        ("N C H W",),
    ),
    Program("two flats meet", lambda x, y: x.reshape(-1) + y.reshape(-1), ("N C H", "N C*H")),
    Program(
        "groups",
        lambda x, G: x.reshape(x.shape[0], G, x.shape[1] // G, -1).mean((2, 3)),
        ("N C H W",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program(
        "groups of rows",
        lambda x, G: x.reshape(x.shape[0] * G, -1).mean(axis=1),
        ("N C H W",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program("groups of a number", lambda x: x.reshape(x.shape[0], 2, -1).sum(2), ("N C",), runs=2),
    Program(
        "channels per group first",
        lambda x, G: x.reshape(-1, x.shape[1] // G, G).sum(1),
        ("N C",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program("a merged argument", lambda x: x.reshape(x.shape[0], 2, -1), ("N 2*D",)),
    Program("numbers regrouped", lambda x: x.reshape(2, 3).reshape(3, 2), ("6",)),
    Program(
        "numbers regrouped and added",
        lambda x: x.reshape(2, 3).reshape(-1) + x.reshape(3, 2).reshape(-1),
        ("6",),
    ),
    Program("numbers taken from the next axis", lambda x: x.reshape(x.shape[0] * 2, 3), ("N 6",)),
    Program("numbers regrouped across axes", lambda x: x.reshape(4, 9), ("6 6",)),
    Program("numbers transposed and regrouped", lambda x: x.T.reshape(2, -1), ("2 6",)),
    Program("fixed sizes", lambda x: x.reshape(-1, 2), ("N D",), {"N": 3, "D": 4}),
    Program("shape is assigned", lambda x: setattr(x, "shape", (-1, 1)) or x * 2, ("N D",)),
    Program(
        "atleast",
        lambda x, v, a: (np.atleast_2d(v), np.atleast_1d(a), np.atleast_2d(x), np.atleast_3d(x)),
        ("N D", "N", ""),
    ),
    Program("tile", lambda v: (np.tile(v, (3, 1)), np.tile(v, 2), np.tile(v[:, None], (1, 4))), ("N",)),
    Program("tile to a size", lambda x, v: x - np.tile(v, (x.shape[0], 1)), ("N D", "D")),
    Program("tile of a matrix", lambda x: np.tile(x, (2, 3)), ("N D",)),
    Program(
        "repeat",
        lambda v, x: (np.repeat(v, 2), np.repeat(v[None], 3, axis=0), x.repeat(2, 1), np.repeat(x, 2)),
        ("N", "N D"),
    ),
    Program("repeat to a size", lambda x, v: x * np.repeat(v[None, :], len(x), axis=0), ("N D", "D")),
    Program(
        "repeat of groups",
        lambda x, v, G: x * np.repeat(v, x.shape[1] // G),
        ("N C", "G"),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program(
        "broadcast_to",
        lambda x, v: x + np.broadcast_to(v, x.shape) + np.broadcast_to(v[:, None].T, x.shape),
        ("N D", "D"),
    ),
    Program("broadcast_arrays", lambda x, v: np.broadcast_arrays(x, v), ("N D", "D")),
    Program("flip", lambda x: (np.flip(x, 0), x[::-1], np.flipud(x), np.fliplr(x), np.flip(x)), ("N D",)),
    Program("roll on a number", lambda x: np.roll(x, 1, axis=1), ("N 3",)),
    Program("split", lambda x: np.split(x, 3, axis=1), ("N 6",)),
    Program("split of a size", lambda x: np.split(x, 2, axis=1), ("N C",), runs=2),
    Program("array_split", lambda x: np.array_split(x, 2, axis=0), ("4 D",)),
    Program("ascontiguousarray", lambda x: np.ascontiguousarray(x.T) + 1, ("N D",)),
    Program("roll call", lambda x: (np.triu(x), np.tril(x)), ("3 3",)),
)

SIZES_AS_NUMBERS = (
    Program("product of sizes", lambda x: x / (x.shape[0] * x.shape[2] * x.shape[3]), ("N C H W",)),
    Program("unpacked", lambda x: (lambda N, C, H, W: x / N / C * H - W)(*x.shape), ("N C H W",)),
    Program("starred", lambda x: (lambda first, *rest: x * first / np.prod(rest))(*x.shape), ("N C H W",)),
    Program("sum of sizes", lambda x: x * (x.shape[0] + 2 * x.shape[1] - 1), ("N D",)),
    Program(
        "powers of sizes", lambda x: x * x.shape[0] ** 2 / x.shape[1] ** 0.5 + x.shape[0] ** -1, ("N D",)
    ),
    Program("floor division", lambda x: x / (x.size // x.shape[1]), ("N D",)),
    Program("floor division by a number", lambda x: x / (x.shape[1] // 2), ("N C",), runs=2),
    Program("remainder", lambda x, G: x if x.shape[1] % G == 0 else None, ("N C",), {}, {"G": "G"}, runs=3),
    Program(
        "remainder as truth",
        lambda x, G: None if x.shape[1] % G else x / (x.shape[1] / G),
        ("N C",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program("remainder of numbers", lambda x, y: x * (x.shape[0] % y.shape[0]), ("N", "M"), {"N": 5, "M": 3}),
    Program("remainder of a number", lambda x: x * (x.shape[0] % 3) + 7 % x.shape[0], ("N",), {"N": 5}),
    Program("divmod of numbers", lambda x: x * divmod(x.shape[0], 3)[0], ("N",), {"N": 5}),
    Program("int of a quotient", lambda x: np.ones(int(x.size / x.shape[0])) + x, ("N D",)),
    Program(
        "int of a split",
        lambda x, G: x.reshape(len(x), G, int(x.shape[1] / G)),
        ("N C",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program("int of np.prod", lambda x: x.reshape(x.shape[0], int(np.prod(x.shape[1:]))), ("N C H",)),
    Program("np.prod of a list", lambda x: x.sum((0, 2)) / np.prod([x.shape[i] for i in (0, 2)]), ("N C H",)),
    Program(
        "np.prod of an array of sizes",
        lambda x: x.sum((0, 2)) / np.prod(np.array(x.shape)[[0, 2]]),
        ("N C H",),
    ),
    Program(
        "np.size, np.shape, np.ndim",
        lambda x: x / np.size(x) + np.shape(x)[0] + np.size(x, 1) * np.ndim(x),
        ("N D",),
    ),
    Program(
        "size of an axis as exact quotient",
        lambda x: x * (1 / x.shape[0] + 1.0 / x.shape[1]),
        ("N D",),
        {"N": 3},
    ),
    Program("shape equality", lambda x, y: x + y if x.shape == y.shape else None, ("N D", "N D")),
    Program("shape inequality", lambda x, y: None if x.shape != y.shape else x, ("N D", "N D")),
    Program(
        "another shape",
        lambda x, y: 0 if x.shape == y.shape else x,
        ("N D", "M D"),
        sizes=({"N": 3, "D": 5, "M": 2},),
    ),
    Program(
        "sizes compared",
        lambda x: x if x.shape[0] > 0 and x.shape[1] >= 1 and not x.shape[0] <= 0 else None,
        ("N D",),
        runs=4,
    ),
    Program("one row", lambda x: x if x.shape[0] == 1 else x * 2, ("N D",), runs=2),
    Program("at least two", lambda x: x.var(0, ddof=1) if len(x) > 1 else x, ("N D",), runs=2),
    Program(
        "assert",
        lambda x, G: x if isinstance(x, np.ndarray) and x.ndim == 2 and not x.shape[1] % G else 1,
        ("N C",),
        {},
        {"G": "G"},
        runs=3,
    ),
    Program("branch on ndim", lambda x: x.mean(axis=0 if x.ndim == 2 else (0, 2, 3)), ("N C H W",)),
    Program(
        "axes by a comprehension",
        lambda x: x.mean(axis=tuple(i for i in range(x.ndim) if i != 1)),
        ("N C H W",),
    ),
    Program(
        "shape by a list",
        lambda x, g: x * g.reshape([-1 if k == 1 else 1 for k in range(x.ndim)]),
        ("N C H W", "C"),
    ),
    Program(
        "shape by item",
        lambda x, g: x * g.reshape((lambda s: (s.__setitem__(1, x.shape[1]), s)[1])([1] * len(x.shape))),
        ("N C H W", "C"),
    ),
    Program(
        "isinstance",
        lambda x: x * 2 if isinstance(x.shape[0], int) and isinstance(x, np.ndarray) else None,
        ("N D",),
    ),
    Program(
        "isinstance of tuples",
        lambda x: x if isinstance(x.shape, tuple) and isinstance(1.0, (int, float)) else None,
        ("N",),
    ),
    Program("size in f-string", lambda x: x * len(f"{x.ndim}"), ("N",)),
    Program("zeros of list of sizes", lambda x: np.zeros([x.shape[0], 1]) + np.ones(x.shape[1:]), ("N D",)),
    Program("negative axis arithmetic", lambda x: x.sum(axis=x.ndim - 1) + x.sum(axis=-1), ("N D",)),
    Program("dict of sizes", lambda x: x / {"n": x.shape[0]}["n"], ("N D",)),
    Program("sorted axes", lambda x: x.mean(axis=tuple(sorted({0, 2, 3}))), ("N C H W",)),
    Program("set of axes", lambda x: x.mean(axis=tuple(set(range(4)) - {1})), ("N C H W",)),
    Program(
        "any, all over sizes",
        lambda x: x if all(s > 0 for s in x.shape) and not any(s < 1 for s in x.shape) else 1,
        ("N D",),
    ),
    Program(
        "reduce over a part",
        lambda x: x / functools.reduce(operator.mul, [x.shape[k] for k in (0, 1)]),
        ("N D",),
    ),
    Program("round and abs", lambda x: x * abs(x.shape[0]) + round(x.shape[1]), ("N D",)),
)

CREATION = (
    Program(
        "zeros, ones",
        lambda x: (np.zeros(x.shape), np.ones((len(x), 1)), np.zeros(3), np.ones(x.shape[1])),
        ("N D",),
    ),
    Program("dtype", lambda x: np.zeros(x.shape[1], dtype=x.dtype) + np.ones(x.shape, np.float32), ("N D",)),
    Program("shape=", lambda x: np.zeros(shape=(x.shape[1], x.shape[0])), ("N D",)),
    Program(
        "likes",
        lambda x: (np.zeros_like(x), np.ones_like(x, dtype=np.float64), np.full_like(x, 2.5)),
        ("N D",),
    ),
    Program(
        "empty then filled", lambda x: (lambda out: (out.fill(2.0), out * x)[1])(np.empty_like(x)), ("N D",)
    ),
    Program("full", lambda x: np.full(x.shape, 0.5) + np.full((1, x.shape[1]), 2), ("N D",)),
    Program("full with an array", lambda x, v: np.full(x.shape, v) + np.full_like(x, v), ("N D", "D")),
    Program("eye", lambda x: (np.eye(x.shape[0]), np.identity(len(x)), np.eye(3)), ("N D",)),
    Program("eye beside the diagonal", lambda x: np.eye(3, 4) + np.eye(3, 4, 1) + x, ("3 4",)),
    Program("array", lambda x: (np.array(x), np.array([1.0, 2.0]), np.array([[1, 2], [3, 4]])), ("N",)),
    Program("array of arrays", lambda x, y: np.array([x, y, 2 * x]), ("N", "N")),
    Program("asarray", lambda x: np.asarray(x, dtype=np.float64) + np.asanyarray(x), ("N",)),
    Program("ndmin", lambda x: np.array(x, ndmin=3), ("N",)),
    Program(
        "astype",
        lambda x: x.astype(np.float64) + x.astype("float64") + x.astype(float) + x.astype(x.dtype),
        ("N",),
    ),
    Program("copies", lambda x: (x.copy(), np.copy(x), copy.copy(x), copy.deepcopy({"a": x})["a"]), ("N",)),
    Program("arange", lambda x: np.arange(3) * 1.0 + np.arange(x.shape[0])[:, None], ("N D",)),
    Program("arange up to a size", lambda x: x * np.arange(1, x.shape[0] + 1)[:, None], ("N D",)),
    Program(
        "arange with bounds", lambda x: x + np.arange(1, 4) / 2 + np.arange(0, 3, 1, dtype=float), ("N 3",)
    ),
    Program("linspace", lambda x: x * np.linspace(0, 1, 3), ("N 3",)),
    Program("np.prod of a shape for a mean", lambda x: x.sum() / np.prod(x.shape[:2]) / x.size, ("N D",)),
)

SHAPES = (*LAYOUT, *SIZES_AS_NUMBERS, *CREATION)
