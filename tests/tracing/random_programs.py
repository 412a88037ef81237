"""Programs by chance: steps on a pool of arrays that are views and copies of one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Step:
    """An operation, on the pool's arrays first and second, with a small number."""

    name: str
    first: int
    second: int
    number: int


def _flip_sign(a, b, k):
    a *= -0.5


def _add_to(a, b, k):
    a += b


def _subtract_from(a, b, k):
    a -= 0.25 * b


def _divide(a, b, k):
    a /= 1 + b * b


def _overwrite(a, b, k):
    a[...] = b


def _first_entry(a, b, k):
    a[0] = b


def _last_column(a, b, k):
    a[..., -1] = k


def _raise_first(a, b, k):
    a[0] += 1


def _swap_rows(a, b, k):
    kept = a[0].copy()
    a[0] = a[-1]
    a[-1] = kept


def _part(a, b, k):
    a[..., :2] = 0.5


def _list_of_places(a, b, k):
    a[[0, -1]] *= 2


def _same_name(a, b, k):
    other = a
    other += 1


def _out(a, b, k):
    np.add(a, b, out=a)


def _root_out(a, b, k):
    np.sqrt(a * a + 1, out=a)


def _fill(a, b, k):
    a.fill(k)


def _set_transposed(a, b, k):
    a.T[...] = b


def _rows(a, b, k):
    for row in a:
        row -= 1


def _loop(a, b, k):
    for j in range(a.shape[-1]):
        a[..., j] *= j + 1


CHANGES: dict[str, Callable[..., None]] = {
    "a *= -0.5": _flip_sign,
    "a += b": _add_to,
    "a -= b/4": _subtract_from,
    "a /= 1 + b*b": _divide,
    "a[...] = b": _overwrite,
    "a[0] = b": _first_entry,
    "a[..., -1] = k": _last_column,
    "a[0] += 1": _raise_first,
    "swap rows": _swap_rows,
    "a[..., :2] = 0.5": _part,
    "a[[0, -1]] *= 2": _list_of_places,
    "b = a; b += 1": _same_name,
    "add out": _out,
    "sqrt out": _root_out,
    "fill": _fill,
    "a.T[...] = b": _set_transposed,
    "for row in a": _rows,
    "for j in range": _loop,
}

VALUES: dict[str, Callable[..., object]] = {
    "a + b": lambda a, b, k: a + b,
    "a - b": lambda a, b, k: a - b,
    "a * b": lambda a, b, k: a * b / 2,
    "a / b": lambda a, b, k: a / (1 + b * b),
    "sqrt": lambda a, b, k: np.sqrt(a * a + 1),
    "power": lambda a, b, k: (a * a + 1) ** -1.5,
    "maximum": lambda a, b, k: np.maximum(a * a, -1.0) - b,
    "sum": lambda a, b, k: a.sum(axis=k % a.ndim),
    "mean, kept": lambda a, b, k: np.mean(a, axis=k % a.ndim, keepdims=True),
    "var": lambda a, b, k: np.var(a, axis=-1),
    "sum of all": lambda a, b, k: a.sum(),
    "sum of the first": lambda a, b, k: a.sum(axis=tuple(range(a.ndim - 1))),
    "by size": lambda a, b, k: a / a.shape[0] + 1.0 / a.size,
    "T": lambda a, b, k: a.T,
    "swapaxes": lambda a, b, k: a.swapaxes(0, -1),
    "moveaxis": lambda a, b, k: np.moveaxis(a, 0, -1),
    "transpose": lambda a, b, k: a.transpose(0, 2, 1),
    "a[None]": lambda a, b, k: a[None],
    "a[:, None]": lambda a, b, k: a[:, None],
    "a[..., None]": lambda a, b, k: a[..., None],
    "a[0]": lambda a, b, k: a[0],
    "a[-1]": lambda a, b, k: a[-1],
    "a[..., 0]": lambda a, b, k: a[..., 0],
    "a[0, ...]": lambda a, b, k: a[0, ...],
    "a[::-1]": lambda a, b, k: a[::-1],
    "a[..., 1:]": lambda a, b, k: a[..., 1:],
    "a[..., ::2]": lambda a, b, k: a[..., ::2],
    "a[..., 1:2]": lambda a, b, k: a[..., 1:2],
    "a[:, [1, 0]]": lambda a, b, k: a[:, [1, 0]],
    "reshape(-1)": lambda a, b, k: a.reshape(-1),
    "reshape(n, -1)": lambda a, b, k: a.reshape(a.shape[0], -1),
    "reshape(-1, d)": lambda a, b, k: np.reshape(a, (-1, a.shape[-1])),
    "reshape as b": lambda a, b, k: a.reshape(b.shape),
    "reshape(1, ...)": lambda a, b, k: a.reshape((1, *a.shape)),
    "ravel": lambda a, b, k: a.ravel(),
    "flatten": lambda a, b, k: a.flatten(),
    "copy": lambda a, b, k: a.copy(),
    "np.copy": lambda a, b, k: np.copy(a),
    "np.array": lambda a, b, k: np.array(a),
    "astype": lambda a, b, k: a.astype(float),
    "asarray": lambda a, b, k: np.asarray(a),
    "itself": lambda a, b, k: a,
    "broadcast_to": lambda a, b, k: np.broadcast_to(a, b.shape),
    "squeeze": lambda a, b, k: np.squeeze(a, axis=k % a.ndim),
    "expand_dims": lambda a, b, k: np.expand_dims(a, -1),
    "atleast_2d": lambda a, b, k: np.atleast_2d(a),
    "zeros_like": lambda a, b, k: np.zeros_like(a) + k,
    "ones": lambda a, b, k: np.ones(a.shape) * b,
    "tile": lambda a, b, k: np.tile(a, 2),
    "repeat": lambda a, b, k: np.repeat(a, 2, axis=0),
    "a @ b": lambda a, b, k: a @ b,
    "a @ b.T": lambda a, b, k: a @ b.T,
    "dot": lambda a, b, k: np.dot(a, b),
    "outer": lambda a, b, k: np.outer(a, b),
    "einsum": lambda a, b, k: np.einsum("i...,i...->...", a, b),
    "einsum view": lambda a, b, k: np.einsum("i...->...i", a),
    "stack": lambda a, b, k: np.stack([a, b], axis=k % (a.ndim + 1)),
    "concatenate": lambda a, b, k: np.concatenate([a, b], axis=-1),
    "flip": lambda a, b, k: np.flip(a),
    "cumsum": lambda a, b, k: np.cumsum(a, axis=-1),
    "clip": lambda a, b, k: np.clip(a * a, 0, None),
    "norm": lambda a, b, k: np.linalg.norm(a * a + 1, axis=-1),
}

NAMES = (*CHANGES, *VALUES)


def follow(steps: Sequence[Step], *given: object) -> list[object]:
    """All arrays after these steps."""
    pool = list(given)
    for step in steps:
        take(step, pool)
    return pool


def take(step: Step, pool: list[object]) -> None:
    """One step; the pool grows by the array that it makes."""
    a, b = pool[step.first % len(pool)], pool[step.second % len(pool)]
    if step.name in CHANGES:
        CHANGES[step.name](a, b, step.number)
    else:
        pool.append(VALUES[step.name](a, b, step.number))


# -- with numbers, to see which steps are legal ---------------------------------------------------------


def legal(steps: Sequence[Step], given: Sequence[object], most: int = 2500) -> list[Step]:
    """The steps that NumPy takes, one after the other, without an error or an array that is too large."""
    kept: list[Step] = []
    pool = [np.array(value) for value in given]
    for step in steps:
        if step.name not in CHANGES and np.size(pool[step.first % len(pool)]) > most:
            continue
        if _taken(step, [np.array(value) for value in given], kept, most):
            kept.append(step)
            take(step, pool)
    return kept


def _taken(step: Step, given: list[object], before: Sequence[Step], most: int) -> bool:
    try:
        with np.errstate(all="raise"):
            pool = follow([*before, step], *given)
    except (ValueError, IndexError, TypeError, FloatingPointError, AttributeError, ZeroDivisionError):
        return False
    last = np.asarray(pool[-1])
    return 0 < last.size <= most and last.ndim < 6 and bool(np.all(np.abs(last) < 1e6))
