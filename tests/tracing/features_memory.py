"""Programs with loops over fixed sizes, writes in place, views and copies: a row a feature."""

from __future__ import annotations

import numpy as np
from tracing.oracle import Program
from tracing.other_module import center, scaled_by_size


def welford(x):
    """A running mean and variance over rows."""
    mean, m2 = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for k in range(x.shape[0]):
        delta = x[k] - mean
        mean += delta / (k + 1)
        m2 += delta * (x[k] - mean)
    return mean, m2 / x.shape[0]


def by_channel(x):
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        m = x[:, c].mean()
        out[:, c] = x[:, c] - m
    return out


def by_sample(x):
    rows = []
    for row in x:
        rows.append(row / row.sum())
    return np.stack(rows), np.array(rows), np.vstack(rows), np.concatenate([r[None] for r in rows])


def by_entry(x):
    out = np.zeros((x.shape[0], x.shape[1]))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = x[i, j] * 2 + i - j
    return out


def jacobian(x):
    n = x.shape[0]
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i][j] = (1.0 if i == j else 0.0) - 1.0 / n
    return out @ x


def swapped(v):
    kept = v[0]
    v[0] = v[1]
    v[1] = kept
    return v, kept


def scalar_of_loop(v):
    total = 0.0
    for k in range(len(v)):
        total += v[k] ** 2
        v[k] += 1
    return total


def rows_of(x):
    first, last = x[0], x[-1]
    x[0] += 1
    return first, last, x[1:], x[:-1], x[1:2], x[:, 1:], x[-2:], x[::2], x[1::2], x[::-1], x[:100]


def lists_of_places(x):
    x[:, [0, 2]] = 0.5
    x[[1]] *= 2
    return x[:, [2, 0]], x[[-1, 0]]


FIXED = (
    Program("welford", welford, ("N D",), {"N": 3}),
    Program("channel by channel", by_channel, ("N C H",), {"C": 3}),
    Program("sample by sample", by_sample, ("N D",), {"N": 3}),
    Program("entry by entry", by_entry, ("N D",), {"N": 2, "D": 3}),
    Program("jacobian in loops", jacobian, ("N D",), {"N": 3}),
    Program("entries are swapped", swapped, ("N",), {"N": 3}),
    Program("a sum in a loop", scalar_of_loop, ("N",), {"N": 3}),
    Program("rows and slices", rows_of, ("N D",), {"N": 4, "D": 3}),
    Program("lists of places", lists_of_places, ("N D",), {"N": 3, "D": 3}),
    Program(
        "arrays of places", lambda x: (x[np.array([1, 0])], x[:, np.arange(2)]), ("N D",), {"N": 3, "D": 3}
    ),
    Program("booleans choose places", lambda x: x[np.array([True, False, True])], ("3 D",)),
    Program("a list of booleans", lambda x: x[:, [True, False, True]], ("N 3",)),
    Program("tolist", lambda x: sum(map(sum, x.tolist())), ("2 2",)),
    Program("fill_diagonal", lambda x: np.fill_diagonal(x, 0.5), ("N N",)),
    Program("mean of a list", lambda x: sum(row for row in x) / len(x), ("N D",), {"N": 3}),
    Program("zip of rows", lambda x, y: [a @ b for a, b in zip(x, y)], ("N D", "N D"), {"N": 2}),
    Program(
        "a part is written", lambda x: x.__setitem__((slice(None), slice(1, 3)), 7.0), ("N D",), {"D": 4}
    ),
    Program(
        "a part is written with an array",
        lambda x, y: x.__setitem__((slice(None), slice(0, 2)), y),
        ("N D", "N 2"),
        {"D": 3},
    ),
    Program(
        "symbolic rows, fixed columns",
        lambda x: [x[:, k].sum() for k in range(x.shape[1])],
        ("N D",),
        {"D": 3},
    ),
    Program("a place of a symbolic axis", lambda x: (x[0], x[-1], x[:, 0], x[..., -1]), ("N D",)),
    Program(
        "a place of a symbolic axis is written", lambda x: x.__setitem__((0, slice(None)), 3.0), ("N D",)
    ),
    Program("concatenate", lambda x, y: np.concatenate([x, y], axis=1), ("N 2", "N 3")),
    Program(
        "stacks", lambda v, w: (np.stack([v, w]), np.stack((v, w), axis=-1), np.stack([v, w], 1)), ("N", "N")
    ),
    Program(
        "hstack and friends",
        lambda x, y: (np.hstack([x, y]), np.dstack([x, x]), np.column_stack([x, y])),
        ("N 2", "N 1"),
    ),
    Program(
        "vstack of vectors",
        lambda v, w: (np.vstack([v, w]), np.vstack([v, w]).T @ np.vstack([v, w])),
        ("N", "N"),
    ),
    Program("append", lambda x, y: np.append(x, y, axis=1), ("N 2", "N 1")),
    Program("reversed range", lambda x: [x[k] for k in reversed(range(x.shape[0]))], ("N D",), {"N": 3}),
    Program(
        "range as a list",
        lambda x: [x[k] / (k + 1) for k in list(range(0, x.shape[0], 2))],
        ("N D",),
        {"N": 3},
    ),
    Program("ndindex", lambda x: sum(x[at] for at in np.ndindex(*x.shape)), ("N D",), {"N": 2, "D": 2}),
    Program(
        "loop with numbers of NumPy", lambda x: [x[k] for k in np.arange(x.shape[0])], ("N D",), {"N": 3}
    ),
    Program("enumerate", lambda x: [k * row for k, row in enumerate(x, 1)], ("N D",), {"N": 3}),
    Program(
        "while",
        lambda x: (lambda k, out: [out.append(x[k]) for k in range(len(x))] and out)(0, []),
        ("N D",),
        {"N": 2},
    ),
)


def updated(x, y):
    a = x
    a += y
    a -= 1
    a *= 2
    a /= 4
    a **= 2
    return a


def through_views(x):
    x.T[...] *= 2
    x[None, :] += 1
    x[:, None] -= 0.5
    x.reshape(-1)[...] *= 3
    x.ravel()[...] += 1
    x.reshape(x.shape[0], 1, -1)[0] *= 2
    view = x[0]
    view += 10
    return view, x.swapaxes(0, 1)


def through_reshape(x):
    flat = x.reshape(x.shape[0], -1)
    flat += 1
    x *= 2
    return flat


def copies_stay(x):
    a, b, c = x.copy(), x.flatten(), x.astype(np.float32)
    a += 1
    b *= 2
    c[...] = 0
    x += 100
    return a, b, c, x + 0


def transposed_copies(x):
    flat = x.transpose(0, 2, 1).reshape(-1, x.shape[1])
    flat += 1
    return flat, x + 0


def chained(x):
    y = z = x
    y[...] = y - y.mean(axis=0)
    z[:] = z * 2
    return x


def numbers_do_not_alias(x):
    a = x.sum()
    b = a
    a += 1
    c = x.reshape(-1)[0]
    x[...] = 0
    return a, b, c


def views_of_entries(v):
    part = v[0, ...]
    part += 5
    return v


def held_in_dict(x, y):
    cache = {"x": x, "parts": [x, y]}
    cache["x"] += 1
    cache["parts"][1] *= 2
    copied = cache.copy()
    copied["x"] -= 3
    return cache


def broadcast_is_a_view(x, v):
    wide = np.broadcast_to(v, x.shape)
    v += 1
    return wide * x


def square_overlap(x):
    x += x.T
    x[...] = x.T
    return x


def wide_source(x, v):
    x[...] = v
    x[0] = 1
    return x


def copyto(x, v):
    np.copyto(x, v)
    return x


def aliased_out(x, y):
    z = np.subtract(x, y, out=x)
    z += 1
    return x, z


def zero_rank(x):
    total = np.zeros(())
    other = total
    total += x.sum()
    return other, total


def integers(x):
    counts = np.array([1, 2, 3])
    return x * counts / counts.sum()


MEMORY = (
    Program("in place", updated, ("N D", "D")),
    Program("through views", through_views, ("N D",)),
    Program("through reshape", through_reshape, ("N C H",)),
    Program("copies stay", copies_stay, ("N D",)),
    Program("a reshape that copies", transposed_copies, ("N C H",)),
    Program("chained names", chained, ("N D",)),
    Program("numbers", numbers_do_not_alias, ("N D",)),
    Program("a view of one entry", views_of_entries, ("2 D",)),
    Program("held in a dict", held_in_dict, ("N", "D")),
    Program("broadcast_to is a view", broadcast_is_a_view, ("N D", "D")),
    Program("overlap", square_overlap, ("N N",)),
    Program("a wide source", wide_source, ("N D", "D")),
    Program("copyto", copyto, ("N D", "D")),
    Program("out is aliased", aliased_out, ("N D", "D")),
    Program("an array of rank 0", zero_rank, ("N D",)),
    Program("integers", integers, ("N 3",)),
    Program("asarray is no copy", lambda x: np.asarray(x, dtype=float).__iadd__(1), ("N",)),
    Program("array is a copy", lambda x: np.array(x).__iadd__(1), ("N",)),
    Program("fill", lambda x: x.fill(0.5), ("N D",)),
    Program("einsum can be a view", lambda x: np.einsum("ij->ji", x).__imul__(2), ("N D",)),
    Program("atleast_2d is a view", lambda v: np.atleast_2d(v).__iadd__(1), ("N",)),
    Program("squeeze is a view", lambda v: np.squeeze(v[None], 0).__iadd__(1), ("N",)),
    Program("moveaxis is a view", lambda x: np.moveaxis(x, 0, -1).__iadd__(1), ("N C H",)),
    Program("fancy is a copy", lambda x: x[[0]].__iadd__(1), ("3 D",)),
)

HELPERS = (Program("another module", lambda x: center(x) * scaled_by_size(x), ("N D",)),)

IN_MEMORY = (*FIXED, *MEMORY, *HELPERS)
