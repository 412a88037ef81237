"""Generating a kernel: plan, prove, print, write; nothing is written unless all of it is proved."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.kernels.plan import Plan
from bnsym.kernels.planner import Planner
from bnsym.kernels.promises import keep, promises
from bnsym.kernels.running import running_promises, update
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer


@dataclass(frozen=True)
class GeneratedFile:
    """A written module: where, the hash of its bytes, the theorems that it stands on."""

    path: Path
    sha256: str
    theorems: tuple[str, ...]


def generate(layer_name: str, directory: Path) -> GeneratedFile:
    """Write DIRECTORY/LAYER.py.

    Raises UnknownLayerError for a name that is not in the table, UsageError for a directory that cannot
    be written, InternalError where the plan is not proved.
    """
    found = layer(layer_name)
    module = module_of(found)
    path = _written(directory, f"{found.name}.py", module.text().encode())
    return GeneratedFile(path, hashlib.sha256(path.read_bytes()).hexdigest(), tuple(module.theorems))


def module_of(found: Layer) -> NumPyModule:
    """The printed module of a layer whose plan is proved."""
    plan = plan_of(found)
    return NumPyModule(found, plan, {promise.name: keep(promise) for promise in plan.promises})


def plan_of(found: Layer) -> Plan:
    """The plan of a layer, with what is to be proved of it."""
    planner = Planner(found)
    functions = {f.name: f for f in (planner.forward(), planner.backward(), planner.inference())}
    claimed = promises(found, functions)
    running = update(found)
    if running is not None:
        functions[running.name] = running
        claimed += running_promises(found, running)
    return Plan(found.name, found.row, found.channel, functions, claimed)


def _written(directory: Path, name: str, content: bytes) -> Path:
    """The file, written whole or not at all."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, prefix=f".{name}.", delete=False) as file:
            file.write(content)
        os.chmod(file.name, 0o644)
        os.replace(file.name, directory / name)
    except OSError as error:
        raise UsageError(f"generate -o {directory}: cannot write {name} there: {error.strerror}") from error
    return directory / name
