"""Generating a layer's C: plan, schedule, print, read back, prove, write; nothing is written before that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.kernels.c.backend import CSource
from bnsym.kernels.generate import plan_of
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer
from bnsym.proof.archive import sha256, write_whole


@dataclass(frozen=True)
class ReadFormulas:
    """What was proved of the formulas that were read back from the C."""

    claims: tuple[str, ...]


@dataclass(frozen=True)
class WrittenFile:
    """A written file: where, the hash of its bytes, the theorems proved of the C that it belongs to."""

    path: Path
    sha256: str
    theorems: tuple[str, ...]
    read_back: ReadFormulas
    uncertified: tuple[str, ...] = ()


def generate(layer_name: str, directory: Path) -> list[WrittenFile]:
    """Write DIRECTORY/LAYER.c, LAYER.h and LAYER_c.py, the module that builds and calls the C.

    Raises UnknownLayerError for a name that is not in the table, UnsupportedTermError for a layer that has
    no plan, UsageError for a directory that cannot be written, InternalError where what was printed is not
    proved.
    """
    return write(layer(layer_name), directory)


def write(found: Layer, directory: Path) -> list[WrittenFile]:
    """Write the C of a layer, whether it is in the table or not; see `generate`."""
    source = CSource(found, plan_of(found))
    theorems = tuple(source.theorems)
    texts = {
        f"{found.name}.c": source.text,
        f"{found.name}.h": source.header,
        f"{found.name}_c.py": source.module,
    }
    written = []
    for name, text in texts.items():
        path = directory / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
        except OSError as error:
            raise UsageError(
                f"generate -o {directory}: cannot write {name} there: {error.strerror}"
            ) from error
        written.append(WrittenFile(path, sha256(text), theorems, ReadFormulas(theorems)))
    return written
