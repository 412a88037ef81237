"""Names in Coq: prefixed, so that none meets a name of Coq's or of the support library."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bnsym.errors import UnsupportedTermError

VARIABLE, DEFINITION, INDEX = "v_", "d_", "i_"


def variable(name: str) -> str:
    """A size, a scalar or an array that is given."""
    return VARIABLE + ascii_name(name)


def defined(name: str) -> str:
    """A definition."""
    return DEFINITION + ascii_name(name)


def position(name: str) -> str:
    """An index."""
    return INDEX + ascii_name(name)


def theorem_name(derivation: str, theorem: str) -> str:
    """The theorem's name, and its file's: `backward__d_x`."""
    name = f"{ascii_name(derivation)}__{ascii_name(theorem)}"
    return name if name[0].isalpha() else f"t_{name}"


def ascii_name(name: str) -> str:
    """Letters, digits and underscores; any other character by its number."""
    return re.sub(r"[^A-Za-z0-9_]", lambda found: f"_u{ord(found[0]):x}_", name)


def check_distinct(names: Iterable[str]) -> None:
    """Raises where two different names of bnsym's are written as one: one would capture the other."""
    written: dict[str, str] = {}
    for name in names:
        other = written.setdefault(ascii_name(name), name)
        if other != name:
            raise UnsupportedTermError(f"{other} and {name} are both written {ascii_name(name)} in Coq")
