"""Kernels with right formulas that break what is promised around them: axes, dtypes, memory, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.illegal import order
from bnsym.verify.kernel import Kernel, of_any
from bnsym.verify.mutant import Mutant, over_rows, with_statistics

Arguments = dict[str, Any]


def _forgiving(repair: Callable[[Arguments], Arguments], *functions: str) -> Callable[[Kernel], Kernel]:
    """Arguments are repaired before the right kernel sees them: an illegal call goes through."""

    def change(kernel: Kernel) -> Kernel:
        def wrapped(function: str) -> Callable[..., Any]:
            right, names = getattr(kernel, function), order(kernel, function)

            def call(*args: Any, **options: Any) -> Any:
                repaired = repair(dict(zip(names, args, strict=False)) | options)
                first = [repaired.pop(name) for name in names[: len(args)]]
                return right(*first, **repaired)

            return call

        changed: dict[str, Any] = {name: wrapped(name) for name in functions}
        return replace(kernel, **changed)

    return change


def _each(repair: Callable[[Array], Array], *names: str) -> Callable[[Arguments], Arguments]:
    """Repair these, where they are arrays."""

    def repaired(arguments: Arguments) -> Arguments:
        arrays = {name: arguments[name] for name in names if isinstance(arguments.get(name), np.ndarray)}
        return arguments | {name: repair(array) for name, array in arrays.items()}

    return repaired


def _without_axis(arguments: Arguments) -> Arguments:
    return {name: value for name, value in arguments.items() if name != "channel_axis"}


def _finite(array: Array) -> Array:
    return np.nan_to_num(array, nan=0.0, posinf=1.0, neginf=-1.0) if array.dtype.kind == "f" else array


def _floating(array: Array) -> Array:
    return array.astype(float) if array.dtype.kind == "i" else array


def _in_memory_order(array: Array) -> Array:
    return array.ravel(order="K").reshape(array.shape)


def _first_of_two(array: Array) -> Array:
    return np.concatenate([array, array + 1.0]) if array.shape[:1] == (1,) else array


def _positive(eps: float) -> float:
    return abs(eps) if abs(eps) > 0 else 1e-5


def _any_gradient(kernel: Kernel) -> Kernel:
    def backward(grad_y: Array, saved: Any) -> Any:
        fits = grad_y.shape[1:] == saved.x.shape[1:] and len(grad_y) == 1
        return kernel.backward(np.broadcast_to(grad_y, saved.x.shape) if fits else grad_y, saved)

    return replace(kernel, backward=backward)


def _forward(change: Callable[[Array, Array, Any], tuple[Array, Any]]) -> Callable[[Kernel], Kernel]:
    """Change what forward returns, knowing x."""

    def mutate(kernel: Kernel) -> Kernel:
        def forward(x: Array, *parameters: Array, **options: Any) -> tuple[Array, Any]:
            return change(x, *kernel.forward(x, *parameters, **options))

        return replace(kernel, forward=forward)

    return mutate


def _centre_in_place(x: Array, y: Array, saved: Any) -> tuple[Array, Any]:
    if x.flags.writeable:
        x -= x.mean()
    return y, saved


def _saves_unbiased(x: Array, y: Array, saved: Any) -> tuple[Array, Any]:
    count = x.size // saved.var.size
    return y, saved._replace(var=saved.var * count / max(count - 1, 1))


def _wide_gradients(kernel: Kernel) -> Kernel:
    def backward(grad_y: Array, saved: Any) -> Any:
        *others, last = kernel.backward(grad_y, saved)
        return *others, last.astype(np.float64)

    return replace(kernel, backward=backward)


def _written_in_place(kernel: Kernel) -> Kernel:
    right: Any = kernel.update_running_stats

    def update(running_mean: Array, running_var: Array, *batch: Any, **options: Any) -> tuple[Array, Array]:
        running_mean[:], running_var[:] = right(running_mean, running_var, *batch, **options)
        return running_mean, running_var

    return replace(kernel, update_running_stats=update)


CALLS = ("forward", "inference")
FORGIVING: Mapping[str, Callable[[Kernel], Kernel]] = {
    "channel_axis ignored": _forgiving(_without_axis, "forward"),
    "channel_axis ignored in inference": _forgiving(_without_axis, "inference"),
    "strides ignored": _forgiving(_each(_in_memory_order, "x"), *CALLS),
    "lets NaN and inf through": _forgiving(_each(_finite, "x"), *CALLS),
    "lets integers through": _forgiving(_each(_floating, "x", "gamma"), *CALLS),
    "broadcasts grad_y": _any_gradient,
}


def _with_eps(kernel: Kernel) -> bool:
    return kernel.takes_eps


MUTANTS: tuple[Mutant, ...] = (
    *(Mutant(f"contract: {name}", change, of_any) for name, change in FORGIVING.items()),
    Mutant(
        "contract: lets eps <= 0 through",
        _forgiving(lambda a: a | {"eps": _positive(a.get("eps", 1e-5))}, *CALLS),
        _with_eps,
    ),
    Mutant(
        "contract: lets one value per channel through",
        _forgiving(_each(_first_of_two, "x"), "forward"),
        over_rows,
    ),
    Mutant("contract: x centred in place", _forward(_centre_in_place), of_any),
    Mutant("contract: y always float64", _forward(lambda x, y, saved: (y.astype(np.float64), saved)), of_any),
    Mutant("contract: the last gradient always float64", _wide_gradients, of_any),
    Mutant("contract: saves the unbiased variance", _forward(_saves_unbiased)),
    Mutant("running: written in place", _written_in_place, with_statistics),
    Mutant(
        "running: lets NaN through",
        _forgiving(_each(_finite, "running_mean", "running_var", "mean", "var"), "update_running_stats"),
        with_statistics,
    ),
    Mutant(
        "running: lets any momentum through",
        _forgiving(
            lambda a: a | {"momentum": float(np.clip(a.get("momentum", 0.1), 0, 1))}, "update_running_stats"
        ),
        with_statistics,
    ),
)
