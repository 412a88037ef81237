"""Entry by entry: one table of unary and binary rules, and NumPy's broadcasting around them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from bnsym.terms.nodes import ONE, Term, number
from bnsym.tracing.array import TracedArray, aligned, fresh, in_order, is_number, lift
from bnsym.tracing.condition import TESTS, Condition, compared
from bnsym.tracing.numbers import magnitude, minus, over, plus, raised, times
from bnsym.tracing.trouble import UnsupportedCallError

HALF = number(Fraction(1, 2))


def _reciprocal_root(term: Term) -> Term:
    return over(ONE, raised(term, HALF))


UNARY: dict[str, Callable[[Term], Term]] = {
    "negative": lambda t: times(number(-1), t),
    "positive": lambda t: t,
    "sqrt": lambda t: raised(t, HALF),
    "square": lambda t: raised(t, number(2)),
    "reciprocal": lambda t: over(ONE, t),
    "rsqrt": _reciprocal_root,
    "absolute": magnitude,
    "fabs": magnitude,
    "sign": lambda t: over(t, magnitude(t)),
    "conjugate": lambda t: t,
    "real": lambda t: t,
    "nan_to_num": lambda t: t,
}

BINARY: dict[str, Callable[[Term, Term], Term]] = {
    "add": plus,
    "subtract": minus,
    "multiply": times,
    "divide": over,
    "power": raised,
    "float_power": raised,
    "hypot": lambda t, u: raised(plus(raised(t, number(2)), raised(u, number(2))), HALF),
}

ALIASES = {"true_divide": "divide", "abs": "absolute", "pow": "power", "conj": "conjugate"}

WHOLE = {"negative", "positive", "square", "absolute", "add", "subtract", "multiply"}  # of integers, integers

FINITE = {"isnan": False, "isinf": False, "isfinite": True}


def apply(name: str, *operands: Any, out: Any = None, **options: Any) -> Any:
    """The function of that name on these operands."""
    _check_options(name, options)
    name = ALIASES.get(name, name)
    wanted = 1 if name in UNARY or name in FINITE else 2
    if len(operands) == wanted + 1:
        *operands, out = operands  # type: ignore[assignment]
    if name in TESTS:
        return compared(name, *operands)
    if name in FINITE:
        return Condition(FINITE[name])
    if name in ("floor_divide", "remainder", "mod"):
        raise UnsupportedCallError(f"{name} of values that are no sizes")
    arrays = [lift(operand) for operand in operands]
    axes, bodies = aligned(arrays, name)
    ordered = all(map(in_order, arrays))
    rule: Any = UNARY.get(name) or BINARY[name]
    result = fresh(axes, rule(*bodies), ordered)
    result.store.whole = name in WHOLE and all(array.store.whole for array in arrays)
    return result if out is None else written(result, out)


def written(result: TracedArray, out: Any) -> Any:
    """The result, put into `out` as NumPy does; a single number is never changed in place."""
    target = out[0] if isinstance(out, tuple) else out
    if not isinstance(target, TracedArray):
        raise UnsupportedCallError(
            "out= is an array of numbers, made before the trace; make it in the traced code, or hand it "
            "in as an argument"
        )
    if is_number(target):
        return result
    target.assign(result)
    return target


def _check_options(name: str, options: dict[str, Any]) -> None:
    harmless = {"dtype", "casting", "order", "subok", "copy", "nan", "posinf", "neginf"}
    for option, value in options.items():
        if option not in harmless and not (option == "where" and value is True):
            raise UnsupportedCallError(f"np.{name} with {option}=")
