"""Idioms of normalization code in public repositories, in the project's own words: a row an idiom."""

from __future__ import annotations

import copy
import functools
import logging
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from tracing.oracle import Program

LOG = logging.getLogger(__name__)
EPS = 1e-5


def per_channel(g, x):
    return g[(None, slice(None)) + (None,) * (x.ndim - 2)]


def grown(g, x):
    while len(g.shape) < len(x.shape) - 1:
        g = g[..., None]
    return g * x


def shape_by_ones(g, x):
    shape = np.ones(x.ndim, dtype=int)
    shape[1] = x.shape[1]
    return g.reshape(shape) * x


def shape_by_list(g, x):
    shape = [1] * x.ndim
    shape[1] = -1
    return np.reshape(g, shape) * x


def axes_by_removal(x):
    axes = list(range(x.ndim))
    axes.remove(1)
    return x.mean(axis=tuple(axes))


def axes_by_delete(x):
    return x.mean(axis=tuple(np.delete(np.arange(x.ndim), 1)))


def count_by_delete(x):
    return x.sum((0, 2, 3)) / np.prod(np.delete(x.shape, 1))


def count_by_take(x):
    return x.sum((0, 2, 3)) / np.prod(np.take(x.shape, [0, 2, 3]))


def count_of_a_channel(x):
    return x.sum((0, 2, 3)) / x[:, 0].size + x[:, 0, ...].size


def backward_broadcast(v, x):
    n, c, h, w = x.shape
    wide = np.broadcast_to(np.broadcast_to(np.squeeze(v), (w, h, c)).transpose(2, 1, 0), (n, c, h, w))
    return wide / (n * h * w)


def parameters_in_dict(x, g):
    options = {"mode": "train", "eps": EPS}
    mode = options["mode"]
    eps = options.get("eps", 1e-8)
    running = options.setdefault("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    if mode == "train":
        mean = x.mean(axis=0)
        options["running_mean"] = 0.9 * running + (1 - 0.9) * mean
        options.update(var=((x - mean) ** 2).mean(axis=0))
    elif mode == "test":
        mean = options.pop("running_mean")
    else:
        raise ValueError(f"bad mode {mode!r}")
    return g * (x - mean) / np.sqrt(options["var"] + eps), options


class Cache(NamedTuple):
    centred: object
    root: object


@dataclass
class Norm:
    """A layer as a dataclass, with its gradients in a dict."""

    features: object
    eps: float = EPS
    grads: dict = field(default_factory=dict)

    def __post_init__(self):
        self.gamma = np.zeros((1, self.features)) + 1.5

    def forward(self, x):
        centred = x - x.mean(axis=0, keepdims=True)
        self.cache = Cache(centred, np.sqrt(np.mean(np.square(centred), axis=0) + self.eps))
        return self.gamma * centred / self.cache.root

    def backward(self, dout):
        self.grads["gamma"] = (dout * self.cache.centred / self.cache.root).sum(0, keepdims=True)
        return dout * self.gamma / self.cache.root


def dataclass_layer(x):
    layer = Norm(x.shape[1])
    return layer.forward(x), layer.backward(x), layer.grads


def logged(function):
    def wrapper(*args, **options):
        LOG.info("calling %s with %s", function.__name__, args[0].shape)
        return function(*args, **options)

    return wrapper


@logged
def decorated(x):
    return x / np.ones(x.shape[0]).sum()


@functools.lru_cache
def axes_for(ndim):
    return tuple(k for k in range(ndim) if k != 1)


def cached_axes(x):
    return x.sum(axis=axes_for(x.ndim))


def closure(x):
    import numpy as inner

    def mean(values):
        return inner.zeros(values.shape[1]) + values.sum(0) / float(values.shape[0])

    return mean(x)


def checked(x):
    if not isinstance(x, np.ndarray):
        x = np.array(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    assert x.ndim == 2, f"x has {x.ndim} axes, shape {x.shape}, {x}"
    assert not np.any(np.isnan(x))
    if x.size == 0:
        raise ValueError("empty batch")
    tiny = np.finfo(x.dtype).eps
    with np.errstate(divide="ignore", invalid="ignore"):
        return x / (x.std() + float(tiny)) + x.dtype.type(0.5)


def told(x):
    warnings.warn("the batch may be small", stacklevel=2)
    print("mean", x.mean(), f"{x.mean()}", str(x.shape), "{}".format(x.shape[0]))
    LOG.debug("x %s", x)
    return x * 2


def written_gradients(x):
    grads = [np.zeros_like(x), np.zeros(x.shape[1])]
    grads[0][...] = x * 2
    grads[1][:] = x.sum(axis=0)
    for g in grads:
        g *= 0.5
    return grads


def accumulated(x):
    total = 0
    for part in (x, x**2, 1.0):
        total += part
    return total, np.zeros(x.shape[1]) + sum(p.sum(0) for p in (x, x))


def in_steps(x):
    (n, d), mu = x.shape, None
    mu = 1.0 / n * np.sum(x, axis=0)
    if (centred := x - mu) is not None:
        var = 1.0 / n * np.sum(centred**2, axis=0)
    ivar = 1.0 / np.sqrt(var + EPS)
    dsq = 1.0 / n * np.ones((n, d)) * var
    return centred * ivar, dsq, np.power(var + EPS, -1.5), (var + EPS) ** (-3 / 2) * (-1 / 2)


def matched(x):
    match x.ndim:
        case 2:
            axes = (0,)
        case 4:
            axes = (0, 2, 3)
        case _:
            raise ValueError
    return x.mean(axis=axes, keepdims=True)


def flipped_layout(x, order):
    if order == "NHWC":
        x = np.moveaxis(x, -1, 1)
    return x.mean(axis=(0, 2, 3))


def unstable_variance(x):
    return np.sqrt(np.maximum(x.var(axis=0), 0.0) + EPS), np.mean(x**2, axis=0) - np.mean(x, axis=0) ** 2


def with_ones(x):
    n = x.shape[0]
    ones = np.ones((n, 1))
    return np.dot(ones.T, x) / n, ones @ (ones.T @ x), np.dot(np.ones(n), x) / np.ones(n).sum()


def sliced_parameters(x):
    both = np.stack([x.mean(0), x.std(0)])
    first, second = both
    return first, second, both[0] * both[1]


def recursive(x, depth=2):
    return x if depth == 0 else recursive(x - x.mean(0), depth - 1)


def lists_of_gradients(x, y):
    return [a * b for a, b in zip([x, y], [y, x], strict=True)], list(map(lambda v: v.sum(0), (x, y)))


def divided(x):
    out = np.zeros_like(x)
    np.divide(x, x.shape[0], out=out)
    np.subtract(out, 1, out)
    out /= np.float32(2)
    return out


def size_types(x):
    n = np.float32(x.shape[0])
    m = np.array(x.shape[1], dtype=float)
    return x / n + 1 / np.asarray(m) + np.int64(3) + x.shape[0] * np.float64(0.5)


def copied_state(x):
    state = {"x": x, "y": x * 2}
    kept = copy.deepcopy(state)
    state["x"] += 1
    return kept, state


IDIOMS = tuple(
    Program(name, run, shapes, extra=extra or {})
    for name, run, shapes, extra in (
        ("gamma by a tuple of keys", per_channel, ("C", "N C H W"), None),
        ("gamma grows", grown, ("C", "N C H W"), None),
        ("shape by np.ones", shape_by_ones, ("C", "N C H W"), None),
        ("shape by a list", shape_by_list, ("C", "N C H"), None),
        ("axes by removal", axes_by_removal, ("N C H W",), None),
        ("axes by np.delete", axes_by_delete, ("N C H W",), None),
        ("count by np.delete", count_by_delete, ("N C H W",), None),
        ("count by np.take", count_by_take, ("N C H W",), None),
        ("count of a channel", count_of_a_channel, ("N C H W",), None),
        ("broadcast and transposed", backward_broadcast, ("1 C 1 1", "N C H W"), None),
        ("options in a dict", parameters_in_dict, ("N D", "D"), None),
        ("dataclass", dataclass_layer, ("N D",), None),
        ("decorator", decorated, ("N D",), None),
        ("lru_cache", cached_axes, ("N C H",), None),
        ("closure", closure, ("N D",), None),
        ("checks", checked, ("N D",), None),
        ("warnings, print, logging", told, ("N D",), None),
        ("gradients are written", written_gradients, ("N D",), None),
        ("accumulated", accumulated, ("N D",), None),
        ("in steps", in_steps, ("N D",), None),
        ("match", matched, ("N C H W",), None),
        ("order of axes", functools.partial(flipped_layout, order="NHWC"), ("N H W C",), None),
        ("variances", unstable_variance, ("N D",), None),
        ("products with ones", with_ones, ("N D",), None),
        ("parameters in one array", sliced_parameters, ("N D",), None),
        ("recursion", recursive, ("N D",), None),
        ("lists", lists_of_gradients, ("N D", "N D"), None),
        ("out", divided, ("N D",), None),
        ("types of sizes", size_types, ("N D",), None),
        ("copied state", copied_state, ("N D",), None),
    )
)
