"""The frame of the Python module that calls the C: the NumPy module's contract, and more arguments."""

MODULE = '''\
"""$layer: forward, backward and inference, computed by $layer.c.  Generated; regenerate, do not edit.

By bnsym $version from: $source

The contract is that of the NumPy kernel, error for error, with three more arguments: `out`, an array for the
result; `threads`, how many may be used (none below a megabyte; the same number gives the same bits);
`workspace`, memory that calls share.  float64 is computed in float64; float32 in float32 lanes whose sums
are kept in float64, and float16 likewise.  Values whose squares float32 cannot hold, and whatever is not
finite, go through the plan's plain steps in float64.

The C is compiled at the first call, function by function, by cc, gcc, clang or `python -m ziglang`, and kept
in the user's cache folder by the hash of source, flags and processor.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

LAYER, SOURCE = "$layer", "$layer.c"
SOURCE_SHA256 = "$digest"
FAST = frozenset($fast)
BY_ROWS = $by_rows
COMPUTED_IN = {"float64": np.float64, "float32": np.float32, "float16": np.float32}

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
    out: Array | None = None,
    threads: int = 1,
    workspace: Workspace | None = None,
) -> tuple[Array, Saved]:
    """Training: $output, and what backward needs.

    x: (N, C, ...) with the channels on channel_axis$parameters_shape.  $output has x's shape and dtype; it is
    written to out, which may not share memory with x, or to workspace.  Raises TypeError or ValueError for
    anything else, for NaN or infinity in x, and for values that overflow.
    """
    if type(x) is $types and type(channel_axis) is int and _usual(out, threads, workspace):
        quick = _QUICK.get("forward" + x.dtype.char)
        if quick is not None and -x.ndim <= channel_axis < x.ndim$eps_is_float:
            result = _place("$output", x, out, workspace)
            $kept_quickly
            if not quick($quick_arguments, $eps, channel_axis, threads):
                return result, Saved($saved_quickly)
    x, axis, compute = _check_input("forward", x, channel_axis, $axis)
    $eps_checked
    $checked
    $sizes
    $guards
    out = _check_out("forward", out, x, x)
    threads, workspace = _check_threads("forward", threads), _check_workspace("forward", workspace)
    result = _place("$output", x, out, workspace)
    $kept
    arrays = ([x], result, [$parameters], [], [$kept_names], [])
    if not _compute("forward", axis, *arrays, $eps, threads):
        _check_finite("forward", x, axis, $results)
    return result, Saved(
        $saved
        axis=axis,
    )
'''

BACKWARD = '''\
def backward(
    $upstream: Array,
    saved: Saved,
    *,
    out: Array | None = None,
    threads: int = 1,
    workspace: Workspace | None = None,
) -> Gradients:
    """Gradients of sum($upstream * $output), for any $upstream.

    $upstream: x's shape.  Returns grad_x in x's shape$parameters_gradient, in x's dtype; grad_x is
    written to out, or to workspace.  NaN and infinity in $upstream pass through; finite values that overflow
    raise ValueError.
    """
    if type($upstream) is np.ndarray and type(saved) is Saved and _usual(out, threads, workspace):
        x = saved.x
        quick = _QUICK.get("backward" + x.dtype.char)
        if quick is not None:
            result = _place("grad_x", x, out, workspace)
            results = [np.empty(x.shape[saved.axis], x.dtype) for _ in range($gradients)]
            if not quick($quick_arguments, $eps, saved.axis, threads):
                return Gradients(result, *results)
    x, axis, _ = _check_saved(saved)
    $upstream = _check_upstream("$upstream", $upstream, x)
    out = _check_out("backward", out, x)
    threads, workspace = _check_threads("backward", threads), _check_workspace("backward", workspace)
    result = _place("grad_x", x, out, workspace)
    results = [np.empty(x.shape[axis], x.dtype) for _ in range($gradients)]
    arrays = ([$streams], result, [$parameters], [$given], [], results)
    done = _compute("backward", axis, *arrays, $eps, threads)
    gradients = Gradients(result, *results)
    if not done and np.isfinite($upstream).all() and not all(np.isfinite(g).all() for g in gradients):
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
    out: Array | None = None,
    threads: int = 1,
    workspace: Workspace | None = None,
) -> Array:
    """$output at test time.

    x: (N, C, ...) with the channels on channel_axis$parameters_shape.  $output has x's shape and dtype; it is
    written to out, which may be x itself, or to workspace.  Raises TypeError or ValueError for anything else,
    and for values that overflow.
    """
    if type(x) is $types and type(channel_axis) is int and _usual(out, threads, workspace):
        quick = _QUICK.get("inference" + x.dtype.char)
        if quick is not None$eps_is_float:
            result = _place("$output", x, out, workspace)
            if not quick($quick_arguments, $eps, channel_axis, threads):
                return result
    x, axis, compute = _check_input("inference", x, channel_axis, $axis)
    $eps_checked
    $checked
    $sizes
    $guards
    out = _check_out("inference", out, x)
    threads, workspace = _check_threads("inference", threads), _check_workspace("inference", workspace)
    result = _place("$output", x, out, workspace)
    arrays = ([x], result, [$parameters], [$given], [], [])
    if not _compute("inference", axis, *arrays, $eps, threads):
        _check_finite("inference", x, axis, result)
    return result
'''
