"""What can go wrong, by kind.  A message says what was called, what arrived and what to do next.

The command line prints the message and ends with the kind's exit code; it shows no traceback.
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "BnsymError",
    "CheckError",
    "InternalError",
    "MismatchError",
    "ScopeError",
    "SizeError",
    "StepError",
    "UndeclaredIndexError",
    "UndefinedValueError",
    "UnknownLayerError",
    "UnprovedError",
    "UnsupportedTermError",
    "UsageError",
]


class BnsymError(Exception):
    """Any error that bnsym raises on purpose.  Raised only as one of the kinds below."""

    exit_code: ClassVar[int] = 2


class UsageError(BnsymError):
    """A wrong call, or a file that is not there.  Exit code 2."""


class SizeError(UsageError):
    """Sizes clash, or a size is no integer of at least 1 (0, negative, a float).  Exit code 2."""


class UndeclaredIndexError(UsageError):
    """An index is used whose size nobody declared.  Exit code 2."""


class ScopeError(UsageError):
    """A sum's bound index is used outside that sum.  Exit code 2."""


class UnsupportedTermError(UsageError):
    """An expression of a kind that bnsym does not know; the message lists those it does.  Exit code 2."""


class UnknownLayerError(UsageError):
    """No layer has this name; the message lists the layers there are.  Exit code 2."""


class UndefinedValueError(UsageError):
    """A term has no value: a division by zero, the root of a negative number.  Exit code 2."""


class StepError(BnsymError):
    """A derivation's step does not follow; names the step, both sides and a counterexample.  Exit code 1.

    `place` is where the step is written, if it is known.
    """

    exit_code = 1

    def __init__(self, message: str, place: Any = None) -> None:
        super().__init__(message)
        self.place = place


class UnprovedError(StepError):
    """A step is neither proved nor refuted, or uses a theorem that was not proved.  Exit code 3."""

    exit_code = 3


class CheckError(BnsymError):
    """A check of numbers failed, or could not be run as asked.  Exit code 1."""

    exit_code = 1


class MismatchError(CheckError):
    """Two arrays differ beyond the budget; quotes both values and the worst index.  Exit code 1."""


class InternalError(BnsymError):
    """bnsym contradicts itself: a bug, so nothing has been decided.  Exit code 3 (unknown)."""

    exit_code = 3
