"""Products that sum: matmul, dot, einsum, outer and what else is a contraction of axes."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from bnsym.terms.nodes import ONE, ZERO, Delta, Sum, Term
from bnsym.terms.walk import substitute
from bnsym.tracing.array import TracedArray, fresh, lift, uncertain
from bnsym.tracing.axes import Axis, Names, NumbersClash, common, expressed
from bnsym.tracing.cells import joined
from bnsym.tracing.elementwise import written
from bnsym.tracing.layout import reshape, transpose
from bnsym.tracing.numbers import times
from bnsym.tracing.reductions import axes_of, total
from bnsym.tracing.sizes import is_integer
from bnsym.tracing.trouble import ShapeError, UnsupportedCallError


def contract(operands: Sequence[TracedArray], rows: Sequence[str], kept: str, what: str) -> TracedArray:
    """The sum over all letters that are not kept of the product of the operands, an axis a letter."""
    try:
        return _contracted(operands, rows, kept, what)
    except NumbersClash:
        return _contracted([joined(array) for array in operands], rows, kept, what)


def _contracted(operands: Sequence[TracedArray], rows: Sequence[str], kept: str, what: str) -> TracedArray:
    if any(len(row) != array.ndim for row, array in zip(rows, operands, strict=True)):
        raise ShapeError(f"{what}: {','.join(rows)} for arrays of shapes {[a.shape for a in operands]}")
    merged: dict[str, Axis] = {}
    for row, array in zip(rows, operands, strict=True):
        for letter, axis in zip(row, array.indices, strict=True):
            merged[letter] = common(merged.get(letter, ()), axis, what)
    names = Names()
    axes = {letter: names.renamed(merged[letter]) for letter in [*kept, *merged] if letter in merged}
    if missing := set(kept) - set(axes):
        raise ShapeError(f"{what}: {', '.join(sorted(missing))} is on no operand")
    body: Term = ONE
    for row, array in zip(rows, operands, strict=True):
        mapping: dict[Term, Term] = {}
        for letter, axis in zip(row, array.indices, strict=True):
            mapping |= expressed(axis, axes[letter])
        body = times(body, substitute(array.body, mapping))
    for letter in reversed([letter for letter in axes if letter not in kept]):
        for index in reversed(axes[letter]):
            body = Sum(index, body) if body is not ZERO else ZERO
    return fresh([axes[letter] for letter in kept], body)


def matmul(a: Any, b: Any, out: Any = None, **options: Any) -> Any:
    """a @ b."""
    left, right = lift(a), lift(b)
    if not left.ndim or not right.ndim:
        raise ShapeError("matmul of a single number")
    lead, tail = max(left.ndim - 2, 0), max(right.ndim - 2, 0)
    stack = ascii_letters[: max(lead, tail)]
    first = stack[len(stack) - lead :] + ("Xk" if left.ndim > 1 else "k")
    second = stack[len(stack) - tail :] + ("kY" if right.ndim > 1 else "k")
    kept = stack + ("X" if left.ndim > 1 else "") + ("Y" if right.ndim > 1 else "")
    _strict(left.indices[-1], right.indices[-2 if right.ndim > 1 else 0], "matmul")
    result = contract([left, right], [first, second], kept, "matmul")
    return result if out is None else written(result, out)


def _strict(first: Axis, second: Axis, what: str) -> None:
    """A product sums two axes of one length; nothing is broadcast."""
    if bool(first) != bool(second):
        raise ShapeError(f"{what}: an axis of length 1 meets a longer one")


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """np.dot: the last axis of a with the last but one of b."""
    left, right = lift(a), lift(b)
    if not left.ndim or not right.ndim:
        return left * right
    first = ascii_letters[: left.ndim - 1] + "Z"
    rest = ascii_letters[left.ndim : left.ndim + right.ndim - 1]
    second = rest[:-1] + "Z" + rest[-1:] if right.ndim > 1 else "Z"
    _strict(left.indices[-1], right.indices[-2 if right.ndim > 1 else 0], "dot")
    result = contract([left, right], [first, second], first[:-1] + rest, "dot")
    return result if out is None else written(result, out)


def inner(a: Any, b: Any) -> Any:
    """np.inner: the last axes of both."""
    left, right = lift(a), lift(b)
    if not left.ndim or not right.ndim:
        return left * right
    first, rest = ascii_letters[: left.ndim - 1], ascii_letters[left.ndim : left.ndim + right.ndim - 1]
    return contract([left, right], [first + "Z", rest + "Z"], first + rest, "inner")


def vdot(a: Any, b: Any) -> Any:
    """np.vdot: all entries of both."""
    left, right = lift(a), lift(b)
    letters = ascii_letters[: left.ndim]
    return contract([left, right], [letters, letters], "", "vdot")


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """np.outer: of the entries of both, in order."""
    result = contract([reshape(a, -1), reshape(b, -1)], ["x", "y"], "xy", "outer")
    return result if out is None else written(result, out)


def outer_product(a: Any, b: Any) -> Any:
    """np.multiply.outer: all axes of both."""
    left, right = lift(a), lift(b)
    first, second = ascii_letters[: left.ndim], ascii_letters[left.ndim : left.ndim + right.ndim]
    return contract([left, right], [first, second], first + second, "outer")


def kron(a: Any, b: Any) -> Any:
    """np.kron of two arrays with as many axes."""
    left, right = lift(a), lift(b)
    if left.ndim != right.ndim:
        raise UnsupportedCallError("np.kron of arrays with different numbers of axes")
    order = [k for pair in zip(range(left.ndim), range(left.ndim, 2 * left.ndim), strict=True) for k in pair]
    lengths = [m * n for m, n in zip(left.shape, right.shape, strict=True)]
    return reshape(transpose(outer_product(left, right), order), lengths)


def multi_dot(arrays: Sequence[Any]) -> Any:
    """np.linalg.multi_dot."""
    first, *rest = arrays
    for other in rest:
        first = dot(first, other)
    return first


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot with a number of axes or two lists of them."""
    left, right = lift(a), lift(b)
    if is_integer(axes):
        ours = [left.ndim - int(axes) + k for k in range(int(axes))]
        theirs = list(range(int(axes)))
    else:
        ours, theirs = (list(row) if isinstance(row, list | tuple) else [row] for row in axes)
    ours, theirs = [k % left.ndim for k in ours], [k % right.ndim for k in theirs]
    first = ascii_letters[: left.ndim]
    paired = dict(zip(theirs, (first[k] for k in ours), strict=True))
    second = "".join(paired.get(k, ascii_letters[left.ndim + k]) for k in range(right.ndim))
    kept = "".join(x for k, x in enumerate(first) if k not in ours)
    kept += "".join(x for k, x in enumerate(second) if k not in theirs)
    return contract([left, right], [first, second], kept, "tensordot")


def einsum(subscripts: Any, *operands: Any, out: Any = None, **options: Any) -> Any:
    """np.einsum."""
    if not isinstance(subscripts, str):
        subscripts, operands = _as_text((subscripts, *operands))
    arrays = [lift(operand) for operand in operands]
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    rows = left.split(",")
    if len(rows) != len(arrays):
        raise ShapeError(f"einsum: {subscripts} for {len(arrays)} arrays")
    rows, right = _without_dots(rows, right, arrays)
    if not arrow:
        letters = "".join(rows)
        right = "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    single = len(arrays) == 1 and out is None
    if single and sorted(rows[0]) == sorted(set(right)):
        return transpose(arrays[0], [rows[0].index(letter) for letter in right])  # a view
    result = contract(arrays, rows, right, f"einsum {subscripts}")
    result.store.ordered = result.ndim < 2
    if single and len(set(rows[0])) == len(right):
        return uncertain(result, arrays[0].store)
    return result if out is None else written(result, out)


def _as_text(given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """einsum(x, [0, 1], y, [1, 2], [0, 2]) as subscripts and operands."""
    lists = [*given[1::2], *(given[-1:] if len(given) % 2 else [])]
    if not all(isinstance(row, list | tuple) for row in lists):
        raise UnsupportedCallError("np.einsum without text subscripts or lists")
    rows = ["".join("..." if k is Ellipsis else ascii_letters[k] for k in row) for row in lists]
    operands = given[: len(given) // 2 * 2 : 2]
    left = ",".join(rows[: len(operands)])
    return (f"{left}->{rows[-1]}" if len(given) % 2 else left), operands


def _without_dots(rows: list[str], right: str, arrays: list[TracedArray]) -> tuple[list[str], str]:
    """The rows with letters of their own for the axes that `...` stands for."""
    used = set("".join(rows)) | set(right)
    free = [letter for letter in ascii_letters if letter not in used]
    widths = [
        a.ndim - len(row.replace("...", "")) for a, row in zip(arrays, rows, strict=True) if "..." in row
    ]
    dots = "".join(free[: max(widths, default=0)])
    filled = [
        row.replace("...", dots[len(dots) - (a.ndim - len(row.replace("...", ""))) :] if "..." in row else "")
        for a, row in zip(arrays, rows, strict=True)
    ]
    return filled, right.replace("...", dots)


def diag(v: Any, k: int = 0) -> Any:
    """np.diag: the matrix with that diagonal, or the diagonal of a matrix."""
    array = lift(v)
    if k or array.ndim not in (1, 2):
        raise UnsupportedCallError("np.diag beside the main diagonal")
    if array.ndim == 2:
        return diagonal(array)
    [axis] = array.indices
    names = Names(axis)
    other = names.renamed(axis)
    body = array.body
    for first, second in zip(axis, other, strict=True):
        body = times(body, Delta(first, second))
    return fresh((axis, other), body)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """np.diagonal: read-only."""
    array = lift(a)
    if offset:
        raise UnsupportedCallError("np.diagonal beside the main diagonal")
    letters = list(ascii_letters[: array.ndim])
    first, second = axes_of(array, (axis1, axis2))
    letters[first] = letters[second] = "Z"
    kept = "".join(letter for letter in letters if letter != "Z") + "Z"
    result = contract([array], ["".join(letters)], kept, "diagonal")
    return uncertain(result, array.store)


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """np.trace."""
    return total(diagonal(a, offset, axis1, axis2), -1)
