"""Errors on hard data in float32, against long double, of bnsym's C and NumPy kernels and their peers.

    python benchmarks/accuracy.py

A cell: the error of y over eps*max|y| / of 1/std, relative / of the gradient of gamma over its largest.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

EPS = 1e-5
Array = Any
CELLS: dict[str, Callable[[Array], Array]] = {
    "well-conditioned": lambda x: x + 0.3,
    "mean/std 1e3": lambda x: x + 1e3,
    "mean/std 1e4": lambda x: x + 1e4,
    "tiny variance": lambda x: 1 + 1e-4 * x,
    "first entry 10 off": lambda x: _first(x, 10),
    "first entry 100 off": lambda x: _first(x, 100),
    "first entry 1000 off": lambda x: _first(x, 1000),
}
SHAPES = ((4096, 64), (16, 8, 64, 64), (1_000_000, 2))


def _first(x: Array, z: float) -> Array:
    moved = x + 5.0
    moved[(0, slice(None), *[0] * (x.ndim - 2))] += z
    return moved


def bnsym(module: str) -> Callable[..., tuple[Array, Array, Array]]:
    """A generated module."""

    def call(x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
        k = __import__(module)
        y, saved = k.forward(x, gamma, beta, eps=EPS)
        return y, saved.inv_std, k.backward(g, saved).grad_gamma

    return call


def torch(x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
    """torch's native operation."""
    import torch

    tx, tg, tgamma, tbeta = map(torch.from_numpy, (x, g, gamma, beta))
    y, mean, inv_std = torch.native_batch_norm(tx, tgamma, tbeta, None, None, True, 0.1, EPS)
    back = torch.ops.aten.native_batch_norm_backward
    grads = back(tg, tx, tgamma, None, None, mean, inv_std, True, EPS, [True] * 3)
    return y.numpy(), inv_std.numpy(), grads[1].numpy()


def over(xp: Any, x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
    """The usual formulas over an array module."""
    rows = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    mean = xp.mean(x, axis=rows, keepdims=True)
    inv_std = 1 / xp.sqrt(xp.mean((x - mean) ** 2, axis=rows, keepdims=True) + EPS)
    xhat = (x - mean) * inv_std
    y = gamma.reshape(shape) * xhat + beta.reshape(shape)
    return np.asarray(y), np.asarray(inv_std), np.asarray(xp.sum(g * xhat, axis=rows))


def jax(x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
    """The usual formulas in jax."""
    import jax.numpy as jnp

    return over(jnp, *map(jnp.asarray, (x, gamma, beta, g)))


def usual_numpy(x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
    """cs231n's form: rows of channels, means along axis 0."""

    def flat(array: Array) -> Array:
        return np.moveaxis(array, 1, -1).reshape(-1, array.shape[1])

    y, inv_std, grad_gamma = over(np, flat(x), gamma, beta, flat(g))
    moved = np.moveaxis(np.empty(x.shape, np.int8), 1, -1).shape
    return np.moveaxis(y.reshape(moved), -1, 1), inv_std, grad_gamma


PEERS = {
    "bnsym c": bnsym("batch_norm_c"),
    "bnsym numpy": bnsym("batch_norm"),
    "torch": torch,
    "jax": jax,
    "usual numpy": usual_numpy,
}


def errors(peer: Callable[..., Any], x: Array) -> str:
    """The three errors of a peer on x."""
    draw = np.random.default_rng(1)
    channels = x.shape[1]
    gamma, beta = draw.uniform(0.5, 2, channels).astype("f"), draw.normal(size=channels).astype("f")
    g = draw.normal(size=x.shape).astype("f")
    exact = over(np, *(array.astype(np.longdouble) for array in (x, gamma, beta, g)))
    y, inv_std, grad_gamma = peer(x, gamma, beta, g)
    of_y = np.abs(y - exact[0]).max() / np.abs(exact[0]).max() / np.finfo(np.float32).eps
    of_std = np.abs(inv_std.ravel() / exact[1].ravel() - 1).max()
    of_gamma = np.abs(grad_gamma.ravel() - exact[2].ravel()).max() / np.abs(exact[2]).max()
    return f"{float(of_y):8.3g} / {float(of_std):7.1e} / {float(of_gamma):7.1e}"


def main() -> None:
    """Print the table."""
    from bnsym.kernels.c.generate import generate as generate_c
    from bnsym.verify.emitted.generate import generate

    peers = {name: f for name, f in PEERS.items() if name not in ("torch", "jax") or find_spec(name)}
    with tempfile.TemporaryDirectory() as folder:
        generate_c("batch_norm", Path(folder))
        generate("batch_norm", Path(folder))
        sys.path.insert(0, folder)
        print(f"{'':38}" + "".join(f"{name:>32}" for name in peers))
        for shape in SHAPES:
            for name, change in CELLS.items():
                x = change(np.random.default_rng(7).normal(size=shape)).astype(np.float32)
                told = "".join(f"{errors(peer, x):>32}" for peer in peers.values())
                print(f"{shape!s:17} {name:20}{told}", flush=True)


main()
