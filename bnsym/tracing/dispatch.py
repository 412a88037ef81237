"""From a name in the traced code to what is done: the table of NumPy's functions, methods and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from bnsym.terms.nodes import ONE, ZERO
from bnsym.tracing import choices, creation, elementwise, indexing, joining, layout, products, reductions
from bnsym.tracing.array import TracedArray, is_number, lift
from bnsym.tracing.condition import TESTS, Condition
from bnsym.tracing.sizes import Dim, is_integer
from bnsym.tracing.trouble import UnsupportedCallError

Function = Callable[..., Any]

ENTRYWISE: dict[str, Function] = {
    name: partial(elementwise.apply, name)
    for name in (
        *elementwise.UNARY,
        *elementwise.BINARY,
        *elementwise.ALIASES,
        *elementwise.FINITE,
        *TESTS,
        "floor_divide",
        "remainder",
        "mod",
    )
}


def _same(name: str) -> Function:
    def function(first: Any, second: Any, *args: Any, **options: Any) -> Condition:
        if lift(first).body is lift(second).body:
            return Condition(True)
        return Condition(None)

    return function


def _every(a: Any, *args: Any, **options: Any) -> Any:
    return a if isinstance(a, Condition) else elementwise.apply("not_equal", a, 0)


FUNCTIONS: dict[str, Function] = {
    **ENTRYWISE,
    "sum": reductions.total,
    "mean": reductions.mean_of,
    "var": reductions.spread("var"),
    "std": reductions.spread("std"),
    "nansum": reductions.total,
    "nanmean": reductions.mean_of,
    "nanvar": reductions.spread("var"),
    "nanstd": reductions.spread("std"),
    "average": reductions.average,
    "prod": joining.product_of,
    "linalg.norm": reductions.norm,
    "matmul": products.matmul,
    "dot": products.dot,
    "inner": products.inner,
    "vdot": products.vdot,
    "outer": products.outer,
    "tensordot": products.tensordot,
    "einsum": products.einsum,
    "diag": products.diag,
    "trace": products.trace,
    "diagonal": products.diagonal,
    "linalg.trace": products.trace,
    "linalg.multi_dot": products.multi_dot,
    "linalg.matmul": products.matmul,
    "linalg.outer": products.outer,
    "linalg.vector_norm": reductions.norm,
    "kron": products.kron,
    "multiply.outer": products.outer_product,
    "transpose": layout.transpose,
    "permute_dims": layout.transpose,
    "matrix_transpose": layout.matrix_transpose,
    "swapaxes": layout.swapaxes,
    "moveaxis": layout.moveaxis,
    "rollaxis": layout.rollaxis,
    "expand_dims": layout.expand_dims,
    "squeeze": layout.squeeze,
    "reshape": layout.reshape,
    "ravel": layout.ravel,
    "tile": layout.tile,
    "repeat": layout.repeat,
    "broadcast_to": layout.broadcast_to,
    "broadcast_arrays": layout.broadcast_arrays,
    "atleast_1d": layout.at_least(1),
    "atleast_2d": layout.at_least(2),
    "atleast_3d": layout.at_least(3),
    "concatenate": joining.concatenate,
    "concat": joining.concatenate,
    "stack": joining.stack,
    "append": joining.append,
    "vstack": joining.stacked_along(0, 2),
    "row_stack": joining.stacked_along(0, 2),
    "hstack": joining.stacked_along(1, 1),
    "dstack": joining.stacked_along(2, 3),
    "column_stack": joining.column_stack,
    "split": joining.split,
    "array_split": joining.split,
    "vsplit": joining.split,
    "hsplit": partial(joining.split, axis=1),
    "roll": joining.roll,
    "flip": joining.flip,
    "flipud": partial(joining.flip, axis=0),
    "fliplr": partial(joining.flip, axis=1),
    "cumsum": joining.cumulated,
    "diff": joining.diff,
    "take": indexing.take,
    "delete": indexing.delete,
    "triu": joining.triangle(upper=True),
    "tril": joining.triangle(upper=False),
    "zeros": creation.constant(ZERO),
    "ones": creation.constant(ONE),
    "empty": creation.constant(None),
    "zeros_like": creation.constant_like(ZERO),
    "ones_like": creation.constant_like(ONE),
    "empty_like": creation.constant_like(None),
    "full": creation.full,
    "full_like": creation.full_like,
    "eye": creation.eye,
    "identity": creation.eye,
    "arange": creation.arange,
    "array": creation.array,
    "asarray": creation.as_array,
    "asanyarray": creation.as_array,
    "ascontiguousarray": creation.in_rows,
    "asfarray": creation.as_array,
    "copy": creation.copied,
    "copyto": creation.copy_to,
    "fill_diagonal": creation.fill_diagonal,
    "maximum": choices.maximum,
    "minimum": choices.minimum,
    "fmax": choices.maximum,
    "fmin": choices.minimum,
    "clip": choices.clip,
    "where": choices.where,
    "allclose": _same("allclose"),
    "array_equal": _same("array_equal"),
    "all": _every,
    "any": _every,
    "shape": lambda a: lift(a).shape,
    "ndim": lambda a: lift(a).ndim,
    "size": lambda a, axis=None: lift(a).size if axis is None else lift(a).shape[axis],
    "isscalar": lambda a: (
        is_integer(a) or isinstance(a, float) or (isinstance(a, TracedArray) and not a.ndim)
    ),
    "float64": lambda value=0.0: lift(value) if isinstance(value, TracedArray | Dim) else np.float64(value),
}


def _astype(array: TracedArray, dtype: Any, *args: Any, copy: Any = True, **options: Any) -> Any:
    """A real array stays what it is; integers and booleans would round."""
    made = creation.converted(array, dtype) if copy else creation.as_array(array, dtype)
    made.store.boxed = made.store.boxed and not is_number(array)
    return made


def _fill(array: TracedArray, value: Any) -> None:
    if not is_number(array):  # NumPy's numbers have the method, and it does nothing
        array.assign(value)


METHODS: dict[str, Function] = {
    name: FUNCTIONS[name]
    for name in (
        *(
            "sum",
            "mean",
            "var",
            "std",
            "dot",
            "trace",
            "transpose",
            "swapaxes",
            "squeeze",
            "reshape",
            "ravel",
        ),
        *("repeat", "copy", "all", "any", "clip", "cumsum", "diagonal", "prod", "take"),
    )
} | {
    "copy": creation.copied_in_rows,
    "flatten": layout.flatten,
    "astype": _astype,
    "fill": _fill,
    "tolist": creation.listed,
    "item": layout.single,
    "conj": creation.as_array,
    "conjugate": creation.as_array,
}

ATTRIBUTES: dict[str, Callable[[TracedArray], Any]] = {
    "T": layout.transpose,
    "mT": layout.matrix_transpose,
    "real": lambda array: array,
    "itemsize": lambda array: 8,
}


def attribute(array: TracedArray, name: str) -> Any:
    """array.name: a method, or a value."""
    if name in METHODS:
        return partial(_called, f"the method {name}", METHODS[name], array)
    if name in ATTRIBUTES:
        return ATTRIBUTES[name](array)
    if name.startswith("__"):
        raise AttributeError(name)
    if hasattr(np.ndarray, name):
        raise UnsupportedCallError(f"the method or attribute {name} of an array is not known to the tracer")
    raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")


def call_function(name: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """np.NAME(*inputs, **options) on symbolic arrays."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedCallError(
            f"np.{name} is not known to the tracer; it knows arithmetic, roots, integer and half powers, "
            "sums, means, variances, products of matrices, reshapes and transposes"
        )
    return _called(f"np.{name}", function, *inputs, **options)


def _called(what: str, function: Function, /, *inputs: Any, **options: Any) -> Any:
    try:
        return function(*inputs, **options)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        raise UnsupportedCallError(f"{what}: {error}") from error


REDUCED = {"add": "sum", "multiply": "prod"}


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """A ufunc, or its reduce."""
    name = ufunc.__name__
    if method == "__call__":
        return call_function(name, inputs, options)
    if method == "accumulate" and name == "add":
        return call_function("cumsum", inputs, {"axis": 0, **options})
    if method == "reduce" and name in REDUCED:
        return call_function(REDUCED[name], inputs, {"axis": 0, **options})
    if method == "outer" and name == "multiply":
        return call_function("multiply.outer", inputs, options)
    raise UnsupportedCallError(f"np.{name}.{method}")
