"""The theorems that a kernel stands on: each function's outputs are what the layer's equations say.

Every promise is an ordinary claim, decided by the prover with the plan's steps and the layer's equations
as definitions.  A kernel whose promises are not all proved is not printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bnsym.errors import InternalError
from bnsym.kernels.plan import Function, Promise
from bnsym.kernels.planner import gradient_term, renamed
from bnsym.layers.layer import Layer
from bnsym.proof.claims import Claim
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import decide
from bnsym.terms.nodes import Definition, Entry, Sign, Tensor, Term
from bnsym.terms.walk import rebuild

PREFIX = "kernel_"


def promises(layer: Layer, functions: Mapping[str, Function]) -> tuple[Promise, ...]:
    """A claim for each output of each function."""
    forward, backward, inference = (functions[name] for name in ("forward", "backward", "inference"))
    output = layer.output
    found = [_promise(layer, "forward", forward.steps, output.tensor.name, output.entry, layer.definitions)]
    steps = (*forward.steps, *backward.steps)
    for tensor in (layer.input, *layer.parameters):
        place = (layer.row, layer.channel) if tensor is layer.input else (layer.channel,)
        derivative = gradient_term(layer, tensor, place)
        found.append(_promise(layer, "backward", steps, f"grad_{tensor.name}", derivative, layer.definitions))
    given = {name: d for name, d in layer.definitions.items() if name not in layer.statistics}
    running = {name: _running(d, layer) for name, d in given.items()}
    found.append(_promise(layer, "inference", inference.steps, output.tensor.name, output.entry, running))
    return tuple(found)


def _promise(
    layer: Layer,
    function: str,
    steps: tuple[Definition, ...],
    output: str,
    meaning: Term,
    equations: Mapping[str, Definition],
) -> Promise:
    """kernel's output = meaning, the kernel's steps under names of their own."""
    own = {step.tensor.name for step in steps}
    definitions = dict(equations)
    for step in steps:
        body = _prefixed(step.body, own)
        tensor = _own(step.tensor)
        definitions[tensor.name] = Definition(tensor, step.parameters, body)
    left = definitions[PREFIX + output].entry
    return Promise(f"{layer.name}.{function}.{output}", Claim(left, "=", meaning, definitions))


def _own(tensor: Tensor) -> Tensor:
    return Tensor(PREFIX + tensor.name, tensor.shape, Sign.REAL)


def _prefixed(term: Term, own: set[str]) -> Term:
    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor.name in own:
            return Entry(_own(node.tensor), node.indices)
        return rebuild(node, change)

    return change(term)


def _running(definition: Definition, layer: Layer) -> Definition:
    return replace(definition, body=renamed(definition.body, layer))


def keep(promise: Promise) -> tuple[str, ...]:
    """The needs of a promise that is proved.  Raises InternalError for one that is not."""
    decision = decide(promise.claim)
    if decision.verdict is not Verdict.PROVED:
        raise InternalError(
            f"the plan for {promise.name} is {decision.verdict}, not proved: {promise.claim}; "
            f"{decision.witness or decision.detail}; nothing was written"
        )
    return decision.needs
