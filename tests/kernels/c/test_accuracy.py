"""Hard data in float32 against long double: what rounding leaves of y, of 1/std and of the gradients.

Bounds: y within 4 eps max|y|, 1/std within 5e-7 of itself, a parameter's gradient within 2e-6 of its largest.
"""

import numpy as np
import pytest
from compiled import compiled, needs_compiler

pytestmark = needs_compiler

EPS = float(np.finfo(np.float32).eps)
MEANS = {"well-conditioned": 0.3, "mean/std 1e3": 1e3, "mean/std 1e4": 1e4, "mean/std -1e4": -1e4}
OUTLIERS = (10, 100, 1000)


def data(name, shape, draw):
    x = draw.normal(size=shape)
    if name in MEANS:
        return (x + MEANS[name]).astype(np.float32)
    if name == "tiny variance":
        return (1e-4 * x).astype(np.float32)
    if name == "tiny variance, mean 1":
        return (1 + 1e-4 * x).astype(np.float32)
    if name == "first half elsewhere":
        x[: len(x) // 2] += 50
        return x.astype(np.float32)
    x += 5.0
    x[(0,) * (x.ndim - 1)] += float(name.split()[-1])  # the first entry of each channel (or of the first row)
    if x.ndim > 2:
        x[0, :, 0, 0] += float(name.split()[-1])
    return x.astype(np.float32)


CELLS = [*MEANS, "tiny variance", "tiny variance, mean 1", "first half elsewhere"]
CELLS += [f"first element {z}" for z in OUTLIERS]
SHAPES = [
    ("batch_norm", (4096, 64)),
    ("batch_norm", (300, 1030)),
    ("batch_norm", (16, 8, 64, 64)),
    ("batch_norm", (64, 6, 7, 7)),
    ("layer_norm", (64, 4096)),
    ("layer_norm", (200, 768)),
]
LARGE = [("batch_norm", (1_000_000, 2)), ("batch_norm", (4, 2, 500, 500))]


def errors(module, x, layer):
    """What y, 1/std and the gradients are off by, in the units of the bounds."""
    draw = np.random.default_rng(1)
    channels = x.shape[1]
    gamma, beta = draw.uniform(0.5, 2, channels).astype("f"), draw.normal(size=channels).astype("f")
    grad_y = draw.normal(size=x.shape).astype("f")
    y, saved = module.forward(x, gamma, beta, channel_axis=1)
    gradients = module.backward(grad_y, saved)
    wide, g = x.astype(np.longdouble), grad_y.astype(np.longdouble)
    rows = tuple(k for k in range(x.ndim) if k != 1)
    over = rows if layer == "batch_norm" else 1
    shape = [1, -1] + [1] * (x.ndim - 2)
    centred = wide - wide.mean(over, keepdims=True)
    inv_std = 1 / np.sqrt((centred**2).mean(over, keepdims=True) + np.longdouble(1e-5))
    xhat = centred * inv_std
    exact = gamma.reshape(shape) * xhat + beta.reshape(shape)
    grad_gamma, grad_beta = (g * xhat).sum(rows), g.sum(rows)
    gg = gamma.reshape(shape) * g
    dx = inv_std * (gg - gg.mean(over, keepdims=True) - xhat * (gg * xhat).mean(over, keepdims=True))
    off_gamma, off_beta = gradients.grad_gamma - grad_gamma, gradients.grad_beta - grad_beta
    return {
        "y": float(np.abs(y - exact).max() / np.abs(exact).max() / (4 * EPS)),
        "inv_std": float(np.abs(saved.inv_std.reshape(inv_std.shape) / inv_std - 1).max() / 5e-7),
        "grad_x": float(np.abs(gradients.grad_x - dx).max() / np.abs(dx).max() / (8 * EPS)),
        "grad_gamma": float(np.abs(off_gamma).max() / np.abs(grad_gamma).max() / 2e-6),
        "grad_beta": float(np.abs(off_beta).max() / np.abs(grad_beta).max() / 2e-6),
    }


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("layer", "shape"), SHAPES, ids=str)
def test_hard_data(layer, shape, cell):
    x = data(cell, shape, np.random.default_rng(7))
    found = errors(compiled(layer), x, layer)
    assert all(error <= 1 for error in found.values()), found


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("layer", "shape"), LARGE, ids=str)
def test_hard_data_of_a_million_a_channel(layer, shape, cell):
    x = data(cell, shape, np.random.default_rng(7))
    found = errors(compiled(layer), x, layer)
    assert all(error <= 1 for error in found.values()), found
