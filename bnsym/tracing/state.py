"""What the running trace assumes, names and reports; one trace runs at a time.

Code that is traced calls NumPy by its own names, so the objects that it handles find their trace here.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy

OURS = str(Path(__file__).parent.parent)
NOT_THEIRS = (OURS, str(Path(numpy.__file__).parent), sysconfig.get_paths()["stdlib"])


class Restart(BaseException):
    """The code asks more of a size than was known: trace it again with that known from the start.

    No error, so that no `except Exception` of the traced code catches it; and where a bare `except` does, the
    state still holds it.
    """

    def __init__(
        self,
        splits: Mapping[str, tuple[Any, Any]] | None = None,
        least: Mapping[str, int] | None = None,
        order: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.order = order
        self.place = place_of_call()
        self.splits = splits or {}
        self.least = least or {}
        state().failure = state().failure or self


@dataclass
class State:
    """What is known of sizes, and what has been met so far.

    `fixed`: sizes that have a number; `splits`: sizes that are the product of two; `least`: sizes that are
    at least so much; `ranges`: the values that scalars may have.  `assumptions` are stated with every
    verdict; `running` while code is traced; `order` ranks the sizes by their first use.
    """

    fixed: Mapping[str, int] = field(default_factory=dict)
    splits: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    assumptions: dict[str, None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    order: dict[str, int] = field(default_factory=dict)
    ranges: dict[Any, tuple[Fraction, Fraction]] = field(default_factory=dict)
    failure: BaseException | None = None
    turns: list[Any] = field(default_factory=list)
    serial: int = 0
    running: bool = False

    def count(self) -> int:
        """A number for a new store, greater than those before."""
        self.serial += 1
        return self.serial - 1

    def rank(self, size: str) -> int:
        """The place of a size among the arguments' axes; the order in which axes are merged."""
        return self.order.setdefault(size, len(self.order))

    def assume(self, text: str) -> None:
        """Note an assumption once."""
        self.assumptions[text] = None

    def unused(self, stem: str) -> str:
        """A name for a new tensor or scalar."""
        name, k = stem, 2
        while name in self.names:
            name, k = f"{stem}{k}", k + 1
        self.names.add(name)
        return name


_ACTIVE: list[State] = [State()]


def state() -> State:
    """The running trace's state."""
    return _ACTIVE[-1]


@contextmanager
def active(one: State) -> Iterator[State]:
    """Make a state the running one."""
    _ACTIVE.append(one)
    try:
        yield one
    finally:
        _ACTIVE.pop()


def is_theirs(file: str) -> bool:
    """True for a file of the traced code: none of ours, of NumPy's or of the standard library's."""
    if file.startswith("<"):
        return False
    installed = "site-packages" in file or "dist-packages" in file
    ours = NOT_THEIRS[:2] if installed else NOT_THEIRS
    return not file.startswith(ours)


def asked_by_theirs() -> bool:
    """True when the traced code itself calls the method of ours that asks."""
    return state().running and is_theirs(sys._getframe(2).f_code.co_filename)


def note_text(names: tuple[str, ...]) -> None:
    """Where the traced code itself asks for a size's text, it is assumed that nothing hangs on it."""
    if names and state().running and is_theirs(sys._getframe(2).f_code.co_filename):
        state().assume(f"{'*'.join(names)} as text decides nothing")


def place_of_call() -> tuple[str, int] | None:
    """File and line of the traced code that is being run."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if is_theirs(frame.f_code.co_filename):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None
