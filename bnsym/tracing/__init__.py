"""NumPy code -> terms, by running it on symbolic arrays of symbolic sizes."""

from bnsym.tracing.array import TracedArray
from bnsym.tracing.run import Trace, explore
from bnsym.tracing.sizes import Dim
from bnsym.tracing.trouble import (
    BranchOnDataError,
    CodeError,
    ShapeError,
    SymbolicLoopError,
    TracingError,
    UnsupportedCallError,
)

__all__ = [
    "BranchOnDataError",
    "CodeError",
    "Dim",
    "ShapeError",
    "SymbolicLoopError",
    "Trace",
    "TracedArray",
    "TracingError",
    "UnsupportedCallError",
    "explore",
]
