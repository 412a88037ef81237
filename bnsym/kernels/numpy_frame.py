"""The frame of a generated NumPy module: signatures, checks, shapes and types; no formula.

Each `$name` is filled by the backend, formulas from the plan's steps.
"""

from __future__ import annotations

from string import Template

MODULE = Template('''\
"""$layer: forward, backward and inference in NumPy.  Generated; regenerate, do not edit.

By bnsym $version from: $source
sha256 of equations, plan and theorems: $digest

Equations, n over the N rows (all axes but one) and c over the C channels:
$equations

Proved for every N and C before this was printed (as real numbers; rounding is measured by
`bnsym verify`): each function's steps give what the equations say.
$theorems
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

$checks

class Saved(NamedTuple):
    """What forward keeps for backward, with the batch's statistics."""

$saved_fields
    axis: int


class Gradients(NamedTuple):
    """What backward returns, each in the dtype of x."""

$gradient_fields


$functions
''')

FORWARD = Template('''\
def forward(
    x: Array,
$typed
    *,
    eps: float = 1e-5,
    channel_axis: int = $axis,
) -> tuple[Array, Saved]:
    """Training: y, and what backward needs.

    x: (N, C, ...) with the channels on channel_axis; the parameters: (C,).  y has x's shape and dtype.
    float16 is computed in float32, float32 and float64 in float64.  Raises TypeError or ValueError for
    anything else, for NaN or infinity in x, and for values whose squares overflow.
    """
    x, axis = _check_input("forward", x, channel_axis)
    eps = _check_epsilon("forward", eps, x)
$checked
$sizes
    wide_x = x.astype(compute, copy=False)
$widened
    with np.errstate(over="ignore", invalid="ignore"):
$steps
    _check_finite("forward", x, axis, $results)
    saved = Saved(
$saved
        axis=axis,
    )
    return $output.astype(x.dtype, copy=False), saved
''')

ONE_VALUE_GUARD = """\
    if x.size == x.shape[axis]:
        raise ValueError(
            f"forward: x has shape {x.shape}, one value per channel, whose variance is 0; "
            "pass more rows, or call inference"
        )
"""

BACKWARD = Template('''\
def backward(grad_y: Array, saved: Saved) -> Gradients:
    """Gradients of sum(grad_y * y), for any upstream grad_y.

    grad_y: x's shape.  Returns grad_x in x's shape and the parameters' gradients (C,), in x's dtype.
    NaN and infinity in grad_y pass through; finite values that overflow raise ValueError.
    """
    x, axis = saved.$input, saved.axis
    grad_y = _check_float("backward", "grad_y", grad_y)
    if grad_y.shape != x.shape:
        raise ValueError(
            f"backward: grad_y has shape {grad_y.shape}, and x had {x.shape}; pass the gradient of y"
        )
$sizes
    wide_x, wide_grad_y = x.astype(compute, copy=False), grad_y.astype(compute, copy=False)
$loaded
    with np.errstate(over="ignore", invalid="ignore"):
$steps
    finite = all(np.isfinite(gradient).all() for gradient in ($outputs))
    if not finite and np.isfinite(grad_y).all():
        raise ValueError("backward: the gradients overflow; scale grad_y down")
    with np.errstate(over="ignore"):
        return Gradients(
$returned
        )
''')

INFERENCE = Template('''\
def inference(
    x: Array,
$typed
    *,
    eps: float = 1e-5,
    channel_axis: int = $axis,
) -> Array:
    """y at test time.

    x: (N, C, ...) with the channels on channel_axis, one row is enough; all else: (C,).  y has x's
    shape and dtype.  Raises TypeError or ValueError for anything else.
    """
    x, axis = _check_input("inference", x, channel_axis)
    eps = _check_epsilon("inference", eps, x)
$checked
$sizes
    wide_x = x.astype(compute, copy=False)
$widened
    with np.errstate(over="ignore", invalid="ignore"):
$steps
    _check_finite("inference", x, axis, $output)
    return $output.astype(x.dtype, copy=False)
''')

NEGATIVE_GUARD = Template("""\
    if ($name < 0).any():
        raise ValueError("inference: $name holds a negative variance; pass values >= 0")
""")

RUNNING = Template('''\
def update_running_stats(
$typed
    count: int,
    *,
    momentum: float = 0.1,
    unbiased: bool = True,
) -> tuple[Array, ...]:
    """New running averages, by PyTorch's convention: (1 - momentum) * old + momentum * batch.

    All (C,), in the running averages' dtype; count: the rows that the batch's statistics stand on.
    unbiased: the variance enters as var * count / (count - 1), which needs count >= 2 (PyTorch); else as
    it is (TensorFlow).  Raises ValueError for NaN or infinity, so that none is averaged in silently.
    """
    channels = _check_float("update_running_stats", "$first", $first).size
$checked
    if not 0 <= momentum <= 1:
        raise ValueError(
            f"update_running_stats: momentum is {momentum!r}; pass a number from 0 to 1, such as 0.1"
        )
    if isinstance(count, bool) or not hasattr(count, "__index__") or count < (2 if unbiased else 1):
        raise ValueError(
            f"update_running_stats: count is {count!r}; pass the number of rows, at least 2 "
            "(1 with unbiased=False)"
        )
    correction = count / (count - 1) if unbiased else 1.0
$widened
$steps
    return (
$returned
    )
''')
