"""A limit on the time that the user's code may take, and how its errors are told."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

from bnsym.errors import UsageError

TIMEOUT = 60.0
AGAIN = 1.0
LONGEST = 300
_PACKAGE = Path(__file__).resolve().parents[2]


class OutOfTimeError(UsageError):
    """The user's code, or what follows from it, took longer than was allowed."""


class CannotCallError(UsageError):
    """Nothing that was tried calls the user's code."""


class _Ring(BaseException):
    """The clock; no error, so that no `except Exception` stops it, and rung again where a bare one does."""


@contextlib.contextmanager
def time_limit(seconds: float, what: str) -> Iterator[None]:
    """Raises OutOfTimeError after so many seconds; 0 for no limit.  None outside of the main thread."""
    can = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not seconds or not can:
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    except _Ring as rung:
        signal.setitimer(signal.ITIMER_REAL, 0)
        where = _line(rung)
        raise OutOfTimeError(
            f"{what} was stopped after {seconds:g} s{f', at {where}' if where else ''}; "
            "give it more time with --timeout SECONDS"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise _Ring


def told(error: BaseException) -> str:
    """`norm.py:12: ValueError: ...`: what the user's code raised and where, at a readable length."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    where = _line(error)
    said = f"{where}: {text}" if where else text
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."


def _line(error: BaseException) -> str:
    """The innermost line that is neither bnsym's nor a library's."""
    frames = (
        (frame.f_code.co_filename, line) for frame, line in reversed(list(walk_tb(error.__traceback__)))
    )
    return next((f"{Path(name).name}:{line}" for name, line in frames if _is_theirs(name)), "")


def _is_theirs(filename: str) -> bool:
    path = Path(filename)
    if not path.is_file() or "site-packages" in path.parts:
        return False
    parts = path.resolve().parts
    return not path.resolve().is_relative_to(_PACKAGE) and not any(
        part.startswith("python3") for part in parts
    )
