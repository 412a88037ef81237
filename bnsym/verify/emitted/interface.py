"""What real numbers do not show: the options' defaults, and the types that are computed in and returned.

Types depend neither on values nor on sizes, so small arrays of mixed float types show them.  Their entries
are so large that a sum or a square in half precision overflows, which the kernel itself refuses.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from bnsym.errors import InternalError
from bnsym.kernels.numpy_backend import NumPyModule

DEFAULTS: Mapping[str, Any] = {"eps": 1e-5, "momentum": 0.1, "unbiased": True}
HALF, SINGLE, DOUBLE = np.float16, np.float32, np.float64
SHAPE = (3, 2)
LARGE = 6e4
SCALES = (1.0, 2.0**-4, 2.0**-8, 2.0**-12)
Result = tuple[str, Any, Any]  # the function, what it returned, the type that this should have


def check_interface(printed: NumPyModule, module: ModuleType) -> None:
    """Raises InternalError where a default or a type is another than is promised."""
    _check_defaults(printed, module)
    small = [scale for scale in SCALES if _fits(printed, module, scale)]
    for kinds in ((HALF, SINGLE, DOUBLE), (SINGLE, DOUBLE, HALF), (DOUBLE, HALF, SINGLE)):
        for call, found, kind in _results(printed, module, kinds, small[0] if small else 0.0):
            if found.dtype != kind:
                raise InternalError(f"{call} gives {found.dtype}, not {np.dtype(kind)}")
            if kind is DOUBLE and call == "forward" and (found == found.astype(SINGLE)).all():
                raise InternalError("forward computes float64 in float32")


def _check_defaults(printed: NumPyModule, module: ModuleType) -> None:
    wanted = {**DEFAULTS, "channel_axis": printed.usual_axis()}
    for name in printed.plan.functions:
        known = inspect.signature(getattr(module, name)).parameters
        for option, value in wanted.items():
            if option in known and known[option].default != value:
                told = f"{option}={known[option].default!r} in {name}, not {option}={value!r}"
                raise InternalError(f"it has {told}")


def _fits(printed: NumPyModule, module: ModuleType, scale: float) -> bool:
    """Whether all results of arrays of this scale fit into half precision."""
    results = _results(printed, module, (DOUBLE, DOUBLE, DOUBLE), scale, half=True)
    return all(np.abs(found).max() < np.finfo(HALF).max for _, found, _ in results)


def _results(
    printed: NumPyModule, module: ModuleType, kinds: Sequence[Any], scale: float, half: bool = False
) -> Iterator[Result]:
    """Each array that the functions return, for x of the first type."""
    plan = printed.plan
    first, second, third = kinds
    x = (scale * (4e4 + 2e3 * np.sqrt(np.arange(6.0)))).reshape(SHAPE).astype(first)
    upstream = np.ones(SHAPE) if half or first is HALF else np.full(SHAPE, LARGE)
    parameters = [np.ones(SHAPE[1], second)] * len(printed.layer.parameters)
    running = [tensor for tensor in plan.running if tensor in plan.functions["inference"].inputs]
    averages = [np.full(SHAPE[1], scale * LARGE).astype(third)] * len(running)
    y, saved = module.forward(x, *parameters, channel_axis=1)
    yield "forward", y, first
    for gradient in module.backward(upstream.astype(third), saved):
        yield "backward", gradient, first
    yield "inference", module.inference(x, *parameters, *averages, channel_axis=1), first
    if "update_running_stats" in plan.functions:
        yield from _averages(printed, module, kinds)


def _averages(printed: NumPyModule, module: ModuleType, kinds: Sequence[Any]) -> Iterator[Result]:
    old = [np.full(SHAPE[1], LARGE).astype(kinds[k % 2]) for k in range(len(printed.layer.statistics))]
    batch = [np.full(SHAPE[1], LARGE).astype(kinds[2])] * len(old)
    known = inspect.signature(module.update_running_stats).parameters
    count = {"count": SHAPE[0]} if "count" in known else {}
    for before, after in zip(old, module.update_running_stats(*old, *batch, **count), strict=True):
        yield "update_running_stats", after, before.dtype
