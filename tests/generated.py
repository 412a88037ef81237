"""Generated modules, each loaded from its own text, and the same layers written by hand."""

from functools import cache
from types import ModuleType

import added_layers
import numpy as np

from bnsym.kernels.generate import module_of
from bnsym.layers.table import LAYERS

BUILT_IN = tuple(LAYERS)
ADDED = tuple(added_layers.LAYERS)


@cache
def printed(name):
    """The module's source and what it is made from."""
    return module_of({**LAYERS, **added_layers.LAYERS}[name]())


def load(text, name="kernel"):
    module = ModuleType(name)
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)
    return module


@cache
def kernel(name):
    return load(printed(name).text, name)


def rms_norm(x, p, eps):
    return p["gamma"] * x / np.sqrt((x**2).mean(1, keepdims=True) + eps)


def batch_norm(x, p, eps):
    centred = x - x.mean(0)
    return p["gamma"] * centred / np.sqrt((centred**2).mean(0) + eps) + p["beta"]


def layer_norm(x, p, eps):
    return p["gamma"] * plain(x, p, eps) + p["beta"]


def plain(x, p, eps):
    centred = x - x.mean(1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(1, keepdims=True) + eps)


def unbiased(x, p, eps):
    centred = x - x.mean(0)
    return p["gamma"] * centred / np.sqrt((centred**2).sum(0) / (len(x) - 1) + eps) + p["beta"]


def clashing(x, p, eps):
    centred = x - x.mean(0)
    xhat = centred / np.sqrt((centred**2).mean(0) + eps)
    return p["lambda_"] * xhat + p["count_"] * xhat**2 + p["beta"]


# y on (rows, C), written by hand and in one line each: what a kernel is compared with
BY_HAND = {
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "one_pass_variance": batch_norm,
    "mean_of_squares_first": batch_norm,
    "one_equation": batch_norm,
    "nothing_named": batch_norm,
    "backwards_layer_norm": layer_norm,
    "centering": lambda x, p, eps: x - x.mean(0),
    "unbiased_variance": unbiased,
    "not_affine": lambda x, p, eps: p["gamma"] * plain(x, p, eps) ** 2 + p["beta"],
    "no_parameters": plain,
    "third_parameter": lambda x, p, eps: rms_norm(x, p, eps) + p["slope"] * x + p["beta"],
    "clashing_names": clashing,
    "both_directions": lambda x, p, eps: p["gamma"] * x / np.sqrt((x**2).mean() + eps) + p["beta"],
    "roots_summed": lambda x, p, eps: x / np.sqrt((x**2).sum(0) + eps).sum(),
}
