"""What is being done now, on standard error and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str], None]


@contextmanager
def progress(wanted: bool = True) -> Iterator[Tell]:
    """Give a function that shows its text beside a spinner; one that does nothing where nobody looks."""
    if not (wanted and sys.stderr.isatty()):
        yield _silent
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text("starting")) as status:
        yield lambda text: status.update(Text(text))


def _silent(text: str) -> None:
    """Nobody looks."""
