"""The frame of a generated NumPy module: signatures, checks, shapes and types; no formula.

Each line `$name` is filled by the backend with as many lines as there are, each `$name` within a line with
one word.  Formulas come from the plan's steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Template

Filling = str | Iterable[str]
_BLOCK = re.compile(r"( *)\$(\w+)\Z")


def fill(template: str, **given: Filling) -> str:
    """The template with its names filled in; a line of no lines is left out."""
    blocks = {name: [value] if isinstance(value, str) else list(value) for name, value in given.items()}
    words = {name: lines[0] for name, lines in blocks.items() if len(lines) == 1}
    out: list[str] = []
    for line in template.splitlines():
        block = _BLOCK.match(line)
        if block is None:
            out.append(Template(line).substitute(words))
        else:
            out += (block[1] + inner if inner else "" for inner in blocks[block[2]])
    return "\n".join(out)


MODULE = '''\
"""$layer: forward, backward and inference in NumPy.  Generated; regenerate, do not edit.

By bnsym $version from: $source
sha256 of equations, plan and theorems: $digest
sha256 of the list of certificates: $certificates
$own

Equations, n over the N rows (all axes but one) and c over the C channels:
    $equations

Proved for every N and C before this was printed (as real numbers; rounding is measured by
`bnsym verify`): each function's steps give what the equations say.  `bnsym check` replays the
certificates of that, in $layer.certificates, and says whether they still belong to this text.
    $theorems

This text was then read back: run on symbolic arrays of shapes (N, C), (N, C, H, W) and (N, H, W, C), its
functions were proved to return what the equations and their derivatives say, for every size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

$checks


class Saved(NamedTuple):
    """What forward keeps for backward, with the batch's statistics.  x and the parameters are not copied."""

    $saved_fields
    axis: int


class Gradients(NamedTuple):
    """What backward returns, each in the dtype of x."""

    $gradient_fields


$functions
'''

FORWARD = '''\
def forward(
    x: Array,
    $typed
    *,
    $eps_typed
    channel_axis: int = $axis,
) -> tuple[Array, Saved]:
    """Training: $output, and what backward needs.

    x: (N, C, ...) with the channels on channel_axis$parameters_shape.  $output has x's shape and dtype.
    float16 is computed in float32, float32 and float64 in float64.  Raises TypeError or ValueError for
    anything else, for NaN or infinity in x, and for values that overflow.
    """
    x, axis, compute = _check_input("forward", x, channel_axis, $axis)
    $eps_checked
    $checked
    $sizes
    $guards
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        $widened
        $steps
        result = $output.astype(x.dtype, copy=False)
    _check_finite("forward", x, axis, $results)
    saved = Saved(
        $saved
        axis=axis,
    )
    return result, saved
'''

BACKWARD = '''\
def backward($upstream: Array, saved: Saved) -> Gradients:
    """Gradients of sum($upstream * $output), for any $upstream.

    $upstream: x's shape.  Returns grad_x in x's shape$parameters_gradient, in x's dtype.
    NaN and infinity in $upstream pass through; finite values that overflow raise ValueError.
    """
    x, axis, compute = _check_saved(saved)
    $upstream = _check_upstream("$upstream", $upstream, x)
    $sizes
    with np.errstate(all="ignore"):
        $widened
        $loaded
        $steps
        gradients = Gradients(
            $returned
        )
    if np.isfinite($upstream).all() and not all(np.isfinite(gradient).all() for gradient in gradients):
        raise ValueError(f"backward: the gradients overflow {x.dtype}; scale $upstream down")
    return gradients
'''

INFERENCE = '''\
def inference(
    x: Array,
    $typed
    *,
    $eps_typed
    channel_axis: int = $axis,
) -> Array:
    """$output at test time.

    x: (N, C, ...) with the channels on channel_axis$parameters_shape.  $output has x's shape and dtype.
    Raises TypeError or ValueError for anything else, and for values that overflow.
    """
    x, axis, compute = _check_input("inference", x, channel_axis, $axis)
    $eps_checked
    $checked
    $sizes
    $guards
    with np.errstate(all="ignore"):
        wide_x = x.astype(compute, copy=False)
        $widened
        $steps
        result = $output.astype(x.dtype, copy=False)
    _check_finite("inference", x, axis, $results)
    return result
'''

RUNNING = '''\
def update_running_stats(
    $typed
    $count_typed
    *,
    momentum: float = 0.1,
    $unbiased_typed
) -> $returns:
    """New running averages, by PyTorch's convention: (1 - momentum) * old + momentum * batch.

    All (C,), in the running averages' dtype.
    $count_told
    Raises ValueError for NaN, infinity or overflow, so that none is averaged in silently.
    """
    channels = _check_float("update_running_stats", "$first", $first).size
    $checked
    $guards
    momentum = _check_momentum(momentum)
    $correction
    $widened
    with np.errstate(all="ignore"):
        $steps
        $result
    if not all(np.isfinite(new).all() for new in result):
        raise ValueError("update_running_stats: the new averages overflow; use a wider dtype for them")
    return result
'''

COUNT_TOLD = """\
count: the rows that the batch's statistics stand on.  unbiased: a variance enters as
var * count / (count - 1), which needs count >= 2 (PyTorch); else as it is (TensorFlow).
"""
