"""bnsym: derive, prove, generate and check normalization layers, for every size.

This file is the public API.  A name is imported from its home at first use, so that what needs no
SymPy (`bnsym --help`) does not wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from bnsym.errors import (
    BnsymError,
    CheckError,
    InternalError,
    MismatchError,
    ScopeError,
    SizeError,
    StepError,
    UndeclaredIndexError,
    UndefinedValueError,
    UnknownLayerError,
    UnsupportedTermError,
    UsageError,
)

__version__ = "0.1.0"

# public name -> the module it lives in; each also imported under TYPE_CHECKING, for type checkers
_HOMES: dict[str, str] = {}

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
    "UnsupportedTermError",
    "UsageError",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"bnsym has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
