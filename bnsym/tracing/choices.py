"""np.maximum, np.clip, np.where: one of several arrays, where signs or sizes say which for every value."""

from __future__ import annotations

from typing import Any

from bnsym.tracing.array import TracedArray, aligned, fresh, in_order, lift
from bnsym.tracing.condition import Condition, compared
from bnsym.tracing.elementwise import written
from bnsym.tracing.trouble import UnsupportedCallError


def maximum(first: Any, second: Any, out: Any = None, **options: Any) -> Any:
    """np.maximum."""
    return _taken(compared("greater_equal", first, second), first, second, out)


def minimum(first: Any, second: Any, out: Any = None, **options: Any) -> Any:
    """np.minimum."""
    return _taken(compared("less_equal", first, second), first, second, out)


def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **bounds: Any) -> Any:
    """np.clip and the method, with NumPy's two ways to name the bounds."""
    low, high = bounds.get("min", a_min), bounds.get("max", a_max)
    result = lift(a)
    result = result if low is None else maximum(result, low)
    result = result if high is None else minimum(result, high)
    return result if out is None else written(result, out)


def where(condition: Any, *branches: Any) -> Any:
    """np.where of a condition that is the same for every value."""
    if len(branches) == 2 and (not isinstance(condition, Condition) or condition.certain is not None):
        return _taken(condition, *branches, None)
    raise UnsupportedCallError("np.where on values: the two branches meet at values that depend on the data")


def _taken(condition: Any, first: Any, second: Any, out: Any) -> TracedArray:
    """One of both, of the shape that both and the condition have together."""
    shape = condition.array if isinstance(condition, Condition) else lift(0)
    axes, bodies = aligned([lift(first), lift(second), shape], "a choice")
    ordered = in_order(lift(first)) and in_order(lift(second))
    result = fresh(axes, bodies[0] if bool(condition) else bodies[1], ordered)
    return result if out is None else written(result, out)
