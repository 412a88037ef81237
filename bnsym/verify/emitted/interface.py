"""What real numbers do not show: the options' defaults, and the types that results have.

Types do not depend on values or sizes, so small arrays of mixed float types show them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from bnsym.errors import InternalError
from bnsym.kernels.numpy_backend import NumPyModule

FLOATS = (np.float16, np.float32, np.float64)
SHAPE = (3, 2)
DEFAULTS: Mapping[str, Any] = {"eps": 1e-5, "momentum": 0.1, "unbiased": True}


def check_interface(printed: NumPyModule, module: ModuleType) -> None:
    """Raises InternalError where a default or the type of a result is another than is promised."""
    wanted = {**DEFAULTS, "channel_axis": printed.usual_axis()}
    for name in printed.plan.functions:
        known = inspect.signature(getattr(module, name)).parameters
        for option, value in wanted.items():
            if option in known and known[option].default != value:
                told = f"{option}={known[option].default!r} in {name}, not {option}={value!r}"
                raise InternalError(f"it has {told}")
    for turn in range(len(FLOATS)):
        for call, found, kind in _returned(printed, module, FLOATS[turn:] + FLOATS[:turn]):
            if found.dtype != kind:
                raise InternalError(f"{call} gives {found.dtype}, not {np.dtype(kind)}")


def _returned(
    printed: NumPyModule, module: ModuleType, kinds: Sequence[Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Each array that the functions return, with the type that it should have: x of the first type."""
    layer, plan = printed.layer, printed.plan
    first, second, third = kinds
    x = np.arange(6, dtype=first).reshape(SHAPE) ** 2
    parameters = [np.ones(SHAPE[1], second)] * len(layer.parameters)
    running = [
        np.ones(SHAPE[1], third) for tensor in plan.running if tensor in plan.functions["inference"].inputs
    ]
    y, saved = module.forward(x, *parameters, channel_axis=1)
    yield "forward", y, first
    for gradient in module.backward(y.astype(third), saved):
        yield "backward", gradient, first
    yield "inference", module.inference(x, *parameters, *running, channel_axis=1), first
    if "update_running_stats" in plan.functions:
        update = module.update_running_stats
        old = [np.ones(SHAPE[1], kinds[k % 2]) for k in range(len(layer.statistics))]
        batch = [np.ones(SHAPE[1], third)] * len(old)
        count = {"count": SHAPE[0]} if "count" in inspect.signature(update).parameters else {}
        for before, after in zip(old, update(*old, *batch, **count), strict=True):
            yield "update_running_stats", after, before.dtype
