"""The head of a generated kernel as text: its equations, its theorems, and the hashes that hold it together.

Written by the backend, read by `belonging`; needs no SymPy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bnsym.proof.formulas import to_formula, to_term
from bnsym.proof.trusted.formula import Formula, walk
from bnsym.terms.nodes import Definition, Sign, Size, Symbol, Tensor, Term
from bnsym.terms.text import definition_text

NO_CERTIFICATE = "; no certificate"  # after the needs of a theorem that has none
LIST_LINE = "sha256 of the list of certificates: "
OWN_LINE = "sha256 of this text without this line: "
_FIRST = re.compile(r'"""(\w+): forward, backward and inference in NumPy\.  Generated')


@dataclass(frozen=True)
class Head:
    """What a kernel says of itself: its layer, its equations, its theorems (with a certificate or not)."""

    layer: str
    equations: tuple[str, ...]
    theorems: dict[str, bool]
    certificates: str
    untouched: bool


def read_head(text: str) -> Head | None:
    """The head of a kernel's text; None if the text does not begin as a kernel does."""
    first = _FIRST.match(text)
    if first is None:
        return None
    lines = text.split('"""')[1].splitlines()
    rows = [row.split(maxsplit=1) for row in _block(lines, "Proved for every")]
    theorems = {row[0]: not row[-1].endswith(NO_CERTIFICATE) for row in rows}
    equations = tuple(_block(lines, "Equations"))
    return Head(
        first[1], equations, theorems, _after(lines, LIST_LINE), own_hash(text) == _after(lines, OWN_LINE)
    )


def own_hash(text: str) -> str:
    """SHA-256 of the text without the line that holds this hash."""
    rest = (line for line in text.splitlines(keepends=True) if not line.startswith(OWN_LINE))
    return hashlib.sha256("".join(rest).encode()).hexdigest()


def _after(lines: Sequence[str], start: str) -> str:
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), "")


def _block(lines: Sequence[str], start: str) -> list[str]:
    """The indented lines of the paragraph that begins so, each with the lines that continue it."""
    found: list[str] = []
    inside = False
    for line in lines:
        inside = bool(line) and (inside or line.startswith(start))
        if inside and line.startswith(" " * 8) and found:
            found[-1] += f" {line.strip()}"
        elif inside and line.startswith(" " * 4):
            found.append(line.strip())
    return found


def equation(definition: Definition) -> str:
    """A layer's equation, in the words in which it is read back from a certificate."""
    from bnsym.proof.plain_names import Plain

    plain = Plain().definition(definition)
    return equation_text(plain.tensor.name, tuple(map(to_formula, plain.parameters)), to_formula(plain.body))


def equation_text(name: str, parameters: Sequence[Formula], body: Formula) -> str:
    """`mean[c] = sum(x[n, c], n=1..N)/N`, of a definition in a certificate."""
    parts = {part for formula in (*parameters, body) for part in walk(formula)}
    names: dict[str, Term] = {p.parts[0]: Size(p.parts[0], 1) for p in parts if p.kind == "size"}
    names |= {p.parts[0]: Symbol(p.parts[0], Sign.REAL) for p in parts if p.kind == "scalar"}
    indices = tuple(to_term(parameter, {}, names) for parameter in parameters)
    tensor = Tensor(name, (None,) * len(indices), Sign.REAL)
    return definition_text(Definition(tensor, indices, to_term(body, {}, names)))  # type: ignore[arg-type]
