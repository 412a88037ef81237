"""Generating a kernel: plan, prove, print, write; nothing is written unless all of it is proved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.kernels.belonging import folder_of
from bnsym.kernels.inference import running_tensor
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.kernels.plan import Plan
from bnsym.kernels.planner import Planner
from bnsym.kernels.promises import certificate, keep, least_sizes, promises
from bnsym.kernels.running import CORRECTION, MOMENTUM, running_promises, update
from bnsym.kernels.wellformed import check_function, check_parameters
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer
from bnsym.proof.archive import sha256, store, write_whole


@dataclass(frozen=True)
class GeneratedFile:
    """A written module: where, the hash of its bytes, the theorems that it stands on.

    `uncertified`: those of them that have no certificate in the folder beside the module.
    """

    path: Path
    sha256: str
    theorems: tuple[str, ...]
    uncertified: tuple[str, ...] = ()


def generate(layer_name: str, directory: Path) -> GeneratedFile:
    """Write DIRECTORY/LAYER.py and, into DIRECTORY/LAYER.certificates, what it stands on.

    Raises UnknownLayerError for a name that is not in the table, UnsupportedTermError for a layer that has
    no plan, UsageError for a directory that cannot be written, InternalError where the plan is not proved.
    """
    return write(layer(layer_name), directory)


def write(found: Layer, directory: Path) -> GeneratedFile:
    """Write the module of a layer, whether it is in the table or not; see `generate`."""
    module = module_of(found)
    text, path = module.text, directory / f"{found.name}.py"
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
    return GeneratedFile(path, sha256(text), tuple(module.theorems), bare)


def module_of(found: Layer) -> NumPyModule:
    """The printed module of a layer whose plan is proved."""
    plan = plan_of(found)
    theorems = {promise.name: keep(promise) for promise in plan.promises}
    texts = {promise.name: certificate(promise) for promise in plan.promises}
    return NumPyModule(found, plan, theorems, {name: text for name, text in texts.items() if text})


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
