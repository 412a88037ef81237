"""One set of numbers in many forms: layouts, strides, read-only memory; and inference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnsym.verify.bench import Bench, agree, matches
from bnsym.verify.compare import Array, compare, same_form
from bnsym.verify.kernel import Kernel
from bnsym.verify.layout import flatten, unflatten

# the case "images" has 24 rows: 2 samples of 3 x 4 pixels, or 12 of 2; and C = 2
LAYOUTS: dict[str, tuple[tuple[int, ...], int | np.int64]] = {
    "(N, C)": ((24, 2), 1),
    "(N, C, L)": ((12, 2, 2), 1),  # C = L: sizes do not tell a wrong axis
    "(N, C, H, W)": ((2, 2, 3, 4), 1),
    "(N, L, C)": ((12, 2, 2), -1),
    "(N, H, W, C)": ((2, 3, 4, 2), -1),
    "(N, H, W, C), axis 3": ((2, 3, 4, 2), np.int64(3)),
}


def _read_only(array: Array) -> Array:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _every_second(array: Array) -> Array:
    wide = np.full((2 * array.shape[0], 3 * array.shape[1]), np.nan, array.dtype)
    wide[::2, 1::3] = array
    return wide[::2, 1::3]


def _backwards(array: Array) -> Array:
    return array[::-1, ::-1].copy()[::-1, ::-1]


MEMORY: dict[str, Callable[[Array], Array]] = {
    "Fortran order": np.asfortranarray,
    "every second row and third column of an array of NaN": _every_second,
    "negative strides": _backwards,
    "read-only": _read_only,
}


def layouts(kernel: Kernel, bench: Bench) -> float:
    """Every layout comes to the numbers of its (rows, C)."""
    case, expected = bench.case("images"), bench.expected("images")

    def used(shape: tuple[int, ...], axis: int | np.int64) -> float:
        return agree(
            kernel,
            case,
            expected,
            lambda rows: unflatten(rows, shape, axis),
            lambda array: flatten(array, axis),
            channel_axis=axis,
        )

    return max(used(shape, axis) for shape, axis in LAYOUTS.values())


def memory(kernel: Kernel, bench: Bench) -> float:
    """Every form in memory comes to the same numbers, and is not written to."""
    case, expected = bench.case("ordinary"), bench.expected("ordinary")
    return max(agree(kernel, case, expected, arrange) for arrange in MEMORY.values())


def defaults(kernel: Kernel, bench: Bench) -> float:
    """Left out, eps is 1e-5, and channel_axis 1 in a layer that normalizes over rows and else -1."""
    name = "images, default eps"
    case, expected = bench.case(name), bench.expected(name)
    shape, axis = LAYOUTS["(N, C, L)" if kernel.axis == 0 else "(N, L, C)"]
    x, *parameters = case.arguments
    x, dtype = unflatten(x, shape, axis), case.x.dtype
    y, saved = kernel.forward(x, *parameters)
    gradients = kernel.gradients(unflatten(case.grad_y.copy(), shape, axis), saved)
    running = _running(kernel, case.x)
    at_test = kernel.inference(x, *parameters, *running.values())
    return max(
        matches("y", flatten(y, axis), expected.y, dtype),
        matches("grad_x", flatten(gradients["grad_x"], axis), expected.gradients["grad_x"], dtype),
        matches("inference", flatten(at_test, axis), bench.inference(name, running), dtype),
    )


# case, layout, channel axis; the running averages are not the batch's own, and one variance is 0
INFERENCE = (
    ("a single row", "(N, C)"),
    ("ordinary", "(N, C)"),
    ("variance comparable to eps", "(N, C)"),
    ("float32", "(N, C)"),
    ("float16", "(N, C)"),
    ("constant channel", "(N, C)"),
    ("images", "(N, C, L)"),
    ("images", "(N, L, C)"),
    ("images", "(N, C, H, W)"),
    ("images", "(N, H, W, C)"),
)


def inference(kernel: Kernel, bench: Bench) -> float:
    """Inference from running averages where the layer has them; N = 1 and images too."""
    return max(_inference(kernel, bench, name, layout) for name, layout in INFERENCE)


def _inference(kernel: Kernel, bench: Bench, name: str, layout: str) -> float:
    case = bench.case(name)
    running = _running(kernel, case.x)
    exact = bench.inference(name, running)
    shape, axis = LAYOUTS[layout] if name == "images" else (case.x.shape, 1)
    x, *parameters = case.arguments
    x = unflatten(x, shape, axis)
    y = kernel.inference(x, *parameters, *running.values(), **kernel.options(case.eps, axis))
    told = f"inference, {name}, {layout}"
    same_form(told, y, shape, case.x.dtype)
    compare(f"{told}, x afterwards", flatten(x, axis), case.x, case.x * 0)
    return matches(told, flatten(y, axis), exact, case.x.dtype)


def _running(kernel: Kernel, x: Array) -> dict[str, Array]:
    """Averages that are no batch's own: each at least 0, as a variance is, and 0 for the last one's first."""
    draw = np.random.default_rng(x.shape[0])
    values = {name: np.asarray(draw.uniform(0.1, 2.0, x.shape[1])) for name in kernel.layer.statistics}
    for last in list(values)[-1:]:
        values[last][0] = 0.0
    return {name: value.astype(x.dtype) for name, value in values.items()}
