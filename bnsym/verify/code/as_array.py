"""What the user's code returned, as a traced array: a list of rows is stacked, a number is a constant."""

from __future__ import annotations

from typing import Any

from bnsym.tracing import TracedArray, UnsupportedCallError
from bnsym.tracing.array import lift


def as_array(value: Any) -> TracedArray:
    """The value as an array.  Raises UnsupportedCallError where it is none."""
    if isinstance(value, TracedArray):
        return value
    if value is None or isinstance(value, (str, dict, bool)):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise UnsupportedCallError(
            f"{kind} stands where an array should be; name its place: --gradient x=result[0]"
        )
    return lift(value)
