"""What an argument of the user's function is: an array of named sizes, a scalar, a size, the upstream, ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bnsym.terms.nodes import Sign


@dataclass(frozen=True)
class Array:
    """A free array; a size is a name, a product such as `C*H*W`, or a number."""

    shape: tuple[str, ...]
    sign: Sign = Sign.REAL

    def __str__(self) -> str:
        return f"array {shape_text(self.shape)}" if self.shape else "a number"


@dataclass(frozen=True)
class Scalar:
    """A free number, positive unless said otherwise."""

    sign: Sign = Sign.POSITIVE

    def __str__(self) -> str:
        return f"{self.sign} scalar"


@dataclass(frozen=True)
class SizeOf:
    """A size handed over as a number."""

    size: str

    def __str__(self) -> str:
        return f"the size {self.size}"


@dataclass(frozen=True)
class Shape:
    """Sizes handed over as a tuple of numbers."""

    sizes: tuple[str, ...]

    def __str__(self) -> str:
        return f"the shape {shape_text(self.sizes)}"


@dataclass(frozen=True)
class Literal:
    """A value handed over as it is."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True)
class Table:
    """A dict of such values."""

    items: Mapping[str, Role]

    def __str__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {role}" for key, role in self.items.items()) + "}"


@dataclass(frozen=True)
class Upstream:
    """The gradient of the loss by the forward's output."""

    def __str__(self) -> str:
        return "upstream gradient"


@dataclass(frozen=True)
class At:
    """What lies at a place once the forward has run: `result[1]`, `x`, `self.cache`."""

    place: str

    def __str__(self) -> str:
        return _TOLD.get(self.place) or f"the forward's {self.place}"


@dataclass(frozen=True)
class Context:
    """A new object that a forward saves arrays in: `ctx.save_for_backward(...)`, or attributes."""

    def __str__(self) -> str:
        return "a context to save arrays in"


class Saved:
    """What stands for a context: it has any attribute that is set, and `saved_tensors`."""

    def save_for_backward(self, *arrays: Any) -> None:
        """Keep the arrays."""
        self.saved_tensors = arrays


Role = Context | Array | Scalar | SizeOf | Shape | Literal | Table | Upstream | At

_TOLD = {
    "result": "what forward returned",
    "result[0]": "what forward returned first",
    "result[1]": "what forward returned second",
    "result[2]": "what forward returned third",
    "result[1:]": "what forward returned after its output",
}


def shape_text(shape: tuple[Any, ...]) -> str:
    """(N, D); (D,) for one axis, as Python writes it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
