"""The peers: each builds, for a case and a type, a call without arguments for each operation.

All take the same arrays.  What a peer allocates is its own affair: `bnsym c` returns fresh arrays as torch
does, `bnsym c, out=` writes into arrays that are given.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from cases import Case

EPS = 1e-5
Calls = dict[str, Callable[[], Any]]


class Arrays:
    """The inputs of a case."""

    def __init__(self, case: Case, dtype: str) -> None:
        draw = np.random.default_rng(0)
        self.case = case
        self.x, self.grad_y = (draw.standard_normal(case.shape).astype(dtype) for _ in range(2))
        channels = case.shape[case.axis]
        self.gamma, self.beta = (draw.uniform(0.5, 2, channels).astype(dtype) for _ in range(2))
        self.mean, self.var = draw.standard_normal(channels), draw.uniform(0.5, 2, channels)


def bnsym(module: str, given: Arrays, threads: int, **places: Any) -> Calls:
    """A generated module of bnsym's."""
    k = __import__(module)
    a = given
    options = {"eps": EPS, "channel_axis": a.case.axis}
    more = {"threads": threads, **places} if module.endswith("_c") else {}
    _, saved = k.forward(a.x, a.gamma, a.beta, **options)
    return {
        "forward": lambda: k.forward(a.x, a.gamma, a.beta, **options, **more),
        "inference": lambda: k.inference(a.x, a.gamma, a.beta, a.mean, a.var, **options, **more),
        "backward": lambda: k.backward(a.grad_y, saved, **more),
    }


def bnsym_c(given: Arrays, threads: int) -> Calls:
    """The compiled backend."""
    return bnsym(f"{given.case.layer}_c", given, threads)


def bnsym_c_out(given: Arrays, threads: int) -> Calls:
    """The compiled backend with the place of the result given."""
    return bnsym(f"{given.case.layer}_c", given, threads, out=np.empty_like(given.x))


def bnsym_numpy(given: Arrays, threads: int) -> Calls:
    """The NumPy backend."""
    return bnsym(given.case.layer, given, threads)


def torch(given: Arrays, threads: int) -> Calls:
    """torch's native operations, without autograd."""
    import torch

    torch.set_num_threads(threads)
    x, g, gamma, beta = map(torch.from_numpy, (given.x, given.grad_y, given.gamma, given.beta))
    if given.case.layer == "layer_norm":
        shape = [x.shape[-1]]
        _, mean, rstd = torch.native_layer_norm(x, shape, gamma, beta, EPS)
        back = torch.ops.aten.native_layer_norm_backward
        return {
            "forward": lambda: torch.native_layer_norm(x, shape, gamma, beta, EPS),
            "backward": lambda: back(g, x, shape, mean, rstd, gamma, beta, [True] * 3),
        }
    if given.case.axis == -1:
        x, g = x.permute(0, 3, 1, 2), g.permute(0, 3, 1, 2)
    mean, var = (torch.from_numpy(s.astype(given.x.dtype)) for s in (given.mean, given.var))
    norm, back = torch.native_batch_norm, torch.ops.aten.native_batch_norm_backward
    _, save_mean, save_std = norm(x, gamma, beta, None, None, True, 0.1, EPS)
    return {
        "forward": lambda: norm(x, gamma, beta, None, None, True, 0.1, EPS),
        "inference": lambda: norm(x, gamma, beta, mean, var, False, 0.1, EPS),
        "backward": lambda: back(g, x, gamma, None, None, save_mean, save_std, True, EPS, [True] * 3),
    }


def _formulas(given: Arrays, xp: Any) -> tuple[Callable[..., Any], ...]:
    """Batch or layer norm as it is usually written, over an array module."""
    case = given.case
    rows = tuple(k for k in range(len(case.shape)) if k != case.axis % len(case.shape))
    over = rows if case.layer == "batch_norm" else case.axis
    shape = [1] * len(case.shape)
    shape[case.axis] = -1

    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        mean = xp.mean(x, axis=over, keepdims=True)
        centred = x - mean
        inv_std = 1 / xp.sqrt(xp.mean(centred**2, axis=over, keepdims=True) + EPS)
        xhat = centred * inv_std
        return gamma.reshape(shape) * xhat + beta.reshape(shape), xhat, inv_std

    def backward(grad_y: Any, gamma: Any, xhat: Any, inv_std: Any) -> Any:
        g = gamma.reshape(shape) * grad_y
        moved = xp.mean(g, axis=over, keepdims=True) + xhat * xp.mean(g * xhat, axis=over, keepdims=True)
        return (g - moved) * inv_std, xp.sum(grad_y * xhat, axis=rows), xp.sum(grad_y, axis=rows)

    def inference(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
        s = gamma / xp.sqrt(var + EPS)
        return (x - mean.reshape(shape)) * s.reshape(shape) + beta.reshape(shape)

    return forward, backward, inference


def jax(given: Arrays, threads: int) -> Calls:
    """The usual formulas, jitted; each call waits for its result."""
    import jax
    import jax.numpy as jnp

    if given.x.dtype == np.float64:
        jax.config.update("jax_enable_x64", True)
    forward, backward, inference = map(jax.jit, _formulas(given, jnp))
    x, g, gamma, beta = map(jnp.asarray, (given.x, given.grad_y, given.gamma, given.beta))
    mean, var = (jnp.asarray(s.astype(given.x.dtype)) for s in (given.mean, given.var))
    _, xhat, inv_std = forward(x, gamma, beta)
    wait = jax.block_until_ready
    return {
        "forward": lambda: wait(forward(x, gamma, beta)),
        "inference": lambda: wait(inference(x, gamma, beta, mean, var)),
        "backward": lambda: wait(backward(g, gamma, xhat, inv_std)),
    }


def usual_numpy(given: Arrays, threads: int) -> Calls:
    """cs231n's form: images are transposed to rows of channels and back; means along axis 0."""
    a, case = given, given.case
    over = 0 if case.layer == "batch_norm" else 1

    def flat(array: Any) -> Any:
        return np.moveaxis(array, case.axis, -1).reshape(-1, case.shape[case.axis])

    def back(array: Any) -> Any:
        moved = np.moveaxis(np.empty(case.shape, np.int8), case.axis, -1).shape
        return np.ascontiguousarray(np.moveaxis(array.reshape(moved), -1, case.axis))

    def forward() -> Any:
        x = flat(a.x)
        mean, var = x.mean(axis=over, keepdims=True), x.var(axis=over, keepdims=True)
        std = np.sqrt(var + EPS)
        xhat = (x - mean) / std
        return back(a.gamma * xhat + a.beta), xhat, std

    _, xhat, std = forward()
    mean, var = a.mean.astype(a.x.dtype), a.var.astype(a.x.dtype)

    def backward() -> Any:
        grad_y = flat(a.grad_y)
        g = grad_y * a.gamma
        m = g.shape[over]
        dx = (g - g.sum(axis=over, keepdims=True) / m) / std
        dx -= xhat * (g * xhat).sum(axis=over, keepdims=True) / m / std
        return back(dx), (grad_y * xhat).sum(axis=0), grad_y.sum(axis=0)

    def inference() -> Any:
        return back(a.gamma * (flat(a.x) - mean) / np.sqrt(var + EPS) + a.beta)

    return {"forward": forward, "inference": inference, "backward": backward}


def floor(given: Arrays, threads: int) -> Calls:
    """What reading the inputs and writing the result costs, as fast as this machine does it."""
    library = ctypes.CDLL(str(_built(Path(__file__).parent / "floor.c")))
    held = (np.empty_like(given.x), given.x, given.grad_y)
    size = ctypes.c_size_t(given.x.nbytes)
    for f in (library.copy, library.triad):
        f.argtypes = (*(ctypes.c_void_p,) * 3, ctypes.c_size_t)

    def run(f: Any) -> Callable[[], None]:
        pointers = [array.ctypes.data for array in held]
        return lambda: f(*pointers, size, *held[:0])

    return {"forward": run(library.copy), "inference": run(library.copy), "backward": run(library.triad)}


def _built(source: Path) -> Path:
    target = Path(sys.path[0]) / f"floor-{source.stat().st_mtime_ns}.so"
    if not target.exists():
        command = ["cc", "-O3", "-march=native", "-shared", "-fPIC", str(source), "-o", str(target)]
        subprocess.run(command, check=True)
    return target


PEERS: dict[str, Callable[[Arrays, int], Calls]] = {
    "floor": floor,
    "bnsym c": bnsym_c,
    "bnsym c, out=": bnsym_c_out,
    "bnsym numpy": bnsym_numpy,
    "torch": torch,
    "jax": jax,
    "usual numpy": usual_numpy,
}
