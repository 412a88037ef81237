"""Generating a kernel: plan, prove, print, write; nothing is written unless all of it is proved."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.kernels.inference import running_tensor
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.kernels.plan import Plan
from bnsym.kernels.planner import Planner
from bnsym.kernels.promises import keep, least_sizes, promises
from bnsym.kernels.running import CORRECTION, MOMENTUM, running_promises, update
from bnsym.kernels.wellformed import check_function, check_parameters
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

    Raises UnknownLayerError for a name that is not in the table, UnsupportedTermError for a layer that has
    no plan, UsageError for a directory that cannot be written, InternalError where the plan is not proved.
    """
    return write(layer(layer_name), directory)


def write(found: Layer, directory: Path) -> GeneratedFile:
    """Write the module of a layer, whether it is in the table or not; see `generate`."""
    module = module_of(found)
    content = module.text.encode()
    path = _written(directory, f"{found.name}.py", content)
    return GeneratedFile(path, hashlib.sha256(content).hexdigest(), tuple(module.theorems))


def module_of(found: Layer) -> NumPyModule:
    """The printed module of a layer whose plan is proved."""
    plan = plan_of(found)
    return NumPyModule(found, plan, {promise.name: keep(promise) for promise in plan.promises})


def plan_of(found: Layer) -> Plan:
    """The plan of a layer, with what is to be proved of it."""
    check_parameters(found)
    planner = Planner(found)
    functions = [planner.forward(), planner.backward(), planner.inference()]
    averages = update(found)
    for function in (*functions, *([averages] if averages else [])):
        check_function(found, function, (found.constant, MOMENTUM, CORRECTION))
    claimed = promises(found, functions, planner.upstream)
    functions = [replace(f, least=least_sizes(f, claimed, planner.basis.mean)) for f in functions]
    if averages is not None:
        functions.append(averages)
        claimed += running_promises(found, averages)
    running = tuple(running_tensor(found, name) for name in found.statistics)
    named = {function.name: function for function in functions}
    return Plan(found.name, found.row, found.channel, planner.upstream, running, named, claimed)


def _written(directory: Path, name: str, content: bytes) -> Path:
    """The file, written whole or not at all."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, prefix=f".{name}.", delete=False) as file:
            _fill(Path(file.name), content, directory / name)
    except OSError as error:
        raise UsageError(f"generate -o {directory}: cannot write {name} there: {error.strerror}") from error
    return directory / name


def _fill(unfinished: Path, content: bytes, finished: Path) -> None:
    try:
        unfinished.write_bytes(content)
        unfinished.chmod(0o644)
        unfinished.replace(finished)
    finally:
        unfinished.unlink(missing_ok=True)
