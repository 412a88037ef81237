"""What a trace cannot follow, each with its line in the traced code and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from bnsym.errors import BnsymError
from bnsym.tracing.state import place_of_call, state


class TracingError(BnsymError):
    """The code does something that cannot be read as terms.  Nothing is decided: exit code 3.

    `place` is (file, line) in the traced code, None where it is not known.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, place: tuple[str, int] | None = None) -> None:
        self.place = place or place_of_call()
        where = f"{Path(self.place[0]).name}:{self.place[1]}: " if self.place else ""
        super().__init__(where + message)
        # The traced code may catch it; the trace has failed all the same.
        state().failure = state().failure or self


class BranchOnDataError(TracingError):
    """A branch or a loop depends on the values in an array."""


class UnsupportedCallError(TracingError):
    """A function, a method or an option that the tracer does not know."""


class ShapeError(TracingError):
    """Shapes do not go together for every size."""


class CodeError(TracingError):
    """The traced code itself raised."""


class SymbolicLoopError(TracingError):
    """A number is needed where a size is a symbol; `sizes` are the names to fix."""

    def __init__(self, what: str, sizes: tuple[str, ...]) -> None:
        self.sizes = sizes
        options = " ".join(f"--size {name}=3" for name in sizes)
        super().__init__(
            f"{what}: {' and '.join(sizes)} has no number here; fix it with {options} for a verdict at that "
            "size alone"
        )

    @property
    def size(self) -> str:
        """The first size to fix."""
        return self.sizes[0]
