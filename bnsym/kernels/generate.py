"""From a layer to its printed module: plan, prove, print; `verify/emitted` reads it back and writes it."""

from __future__ import annotations

from dataclasses import replace

from bnsym.kernels.inference import running_tensor
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.kernels.plan import Plan
from bnsym.kernels.planner import Planner
from bnsym.kernels.promises import certificate, keep, least_sizes, promises
from bnsym.kernels.running import CORRECTION, MOMENTUM, running_promises, update
from bnsym.kernels.wellformed import check_function, check_parameters
from bnsym.layers.layer import Layer


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
