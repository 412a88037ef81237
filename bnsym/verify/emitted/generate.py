"""Generating a kernel: printed, read back, then written; nothing is written unless all of it is proved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.kernels.belonging import folder_of
from bnsym.kernels.generate import module_of
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer
from bnsym.proof.archive import sha256, store, write_whole
from bnsym.verify.emitted.read_back import ReadBack, read_back


@dataclass(frozen=True)
class GeneratedFile:
    """A written module: where, the hash of its bytes, the theorems that it stands on.

    `read_back`: what was proved of the text itself; `uncertified`: those of its theorems that have no
    certificate in the folder beside the module.
    """

    path: Path
    sha256: str
    theorems: tuple[str, ...]
    read_back: ReadBack
    uncertified: tuple[str, ...] = ()


def generate(layer_name: str, directory: Path) -> GeneratedFile:
    """Write DIRECTORY/LAYER.py and, into DIRECTORY/LAYER.certificates, what it stands on.

    Raises UnknownLayerError for a name that is not in the table, UnsupportedTermError for a layer that has
    no plan, UsageError for a directory that cannot be written, InternalError where the plan is not proved
    or the printed text does not give what it claims.
    """
    return write(layer(layer_name), directory)


def write(found: Layer, directory: Path) -> GeneratedFile:
    """Write the module of a layer, whether it is in the table or not; see `generate`."""
    module = module_of(found)
    text, path = module.text, directory / f"{found.name}.py"
    proved = read_back(module, text)
    if path.is_dir():
        raise UsageError(f"generate -o {directory}: cannot write {path.name} there: it is a folder")
    try:
        store(module.files, folder_of(path, found.name))
        write_whole(path, text)
    except OSError as error:
        raise UsageError(
            f"generate -o {directory}: cannot write {path.name} there: {error.strerror}"
        ) from error
    bare = tuple(name for name in module.theorems if name not in module.certificates)
    return GeneratedFile(path, sha256(text), tuple(module.theorems), proved, bare)
