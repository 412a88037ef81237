"""The frame of a generated C file: loops, lanes and threads; no formula.

As in the NumPy frame, a line `$name` is filled with as many lines as there are.  Formulas are macros, such as
FORWARD_SUM_0, and lines between the marks in ..._finish, printed from the schedule.  `$T` is the type,
`$t` its suffix, `$f` the function.  Each part of a file begins with a line `//// NAME: what it is`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def text(file: str) -> str:
    """A whole file of the frame."""
    return (Path(__file__).parent / file).read_text(encoding="utf-8").rstrip("\n")


def frame(file: str, name: str) -> str:
    """One part of a file of the frame."""
    return _parts(file)[name]


@cache
def _parts(file: str) -> dict[str, str]:
    _, *rest = re.split(r"^//// (\w+).*\n", text(f"{file}.c"), flags=re.M)
    return {name: part.rstrip("\n") for name, part in zip(rest[::2], rest[1::2], strict=True)}
