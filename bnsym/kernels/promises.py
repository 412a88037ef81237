"""The theorems that a kernel stands on: each function's outputs are what the layer's equations say.

Every promise is an ordinary claim, decided by the prover with the plan's steps and the layer's equations
as definitions.  A kernel whose promises are not all proved is not printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bnsym.errors import BnsymError, InternalError
from bnsym.kernels.equations import training, unused
from bnsym.kernels.inference import inference
from bnsym.kernels.parts import Mean
from bnsym.kernels.plan import Function, Promise
from bnsym.kernels.planner import gradient_term
from bnsym.layers.layer import Layer
from bnsym.proof.certificate import write_claim_certificate
from bnsym.proof.claims import Claim, Need, needs_of
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import decide
from bnsym.proof.trusted.formula import Refused
from bnsym.terms.nodes import Add, Definition, Entry, Number, Sign, Size, Tensor, Term
from bnsym.terms.walk import rebuild


def promises(layer: Layer, functions: Sequence[Function], upstream: Tensor) -> tuple[Promise, ...]:
    """A claim for each output of each function, and for each statistic that forward keeps."""
    forward, backward, at_test = functions
    found = [
        _promise(layer, forward, step.tensor.name, layer.definitions[step.tensor.name].entry)
        for step in forward.steps
        if step.tensor.name in layer.definitions
    ]
    for tensor, name in zip((layer.input, *layer.parameters), backward.outputs, strict=True):
        found.append(
            _promise(layer, backward, name, gradient_term(training(layer), tensor, upstream), forward)
        )
    running = inference(layer)
    meaning = running.output.entry
    return (*found, _promise(layer, at_test, meaning.tensor.name, meaning, equations=running.definitions))


def _promise(
    layer: Layer,
    function: Function,
    output: str,
    meaning: Term,
    before: Function | None = None,
    equations: Mapping[str, Definition] | None = None,
) -> Promise:
    """kernel's output = meaning, with each function's steps under names of their own.

    What the function takes and `before` makes, it takes from there.
    """
    definitions = dict(layer.definitions if equations is None else equations)
    given: dict[str, Tensor] = {}
    for each in (before, function):
        if each is not None:
            given = _add_steps(each, given, definitions)
    left = definitions[given[output].name].entry
    return Promise(f"{layer.name}.{function.name}.{output}", Claim(left, "=", meaning, definitions))


def _add_steps(
    function: Function, given: Mapping[str, Tensor], definitions: dict[str, Definition]
) -> dict[str, Tensor]:
    """Add the steps, each over those before it, and return where each name now stands."""
    stands = dict(given)
    for step in function.steps:
        body = _renamed(step.body, stands)
        name = unused(f"{function.name}_{step.tensor.name}", set(definitions))
        own = Tensor(name, step.tensor.shape, Sign.REAL)
        definitions[name] = Definition(own, step.parameters, body)
        stands[step.tensor.name] = own
    return stands


def _renamed(term: Term, stands: Mapping[str, Tensor]) -> Term:
    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor.name in stands:
            return Entry(stands[node.tensor.name], node.indices)
        return rebuild(node, change)

    return change(term)


def keep(promise: Promise) -> tuple[str, ...]:
    """The needs of a promise that is proved.  Raises InternalError for one that is not."""
    decision = decide(promise.claim)
    if decision.verdict is not Verdict.PROVED:
        raise InternalError(
            f"the plan for {promise.name} is {decision.verdict}, not proved: {promise.claim}; "
            f"{decision.witness or decision.detail}; nothing was written"
        )
    return decision.needs


def certificate(promise: Promise) -> str | None:
    """The certificate of a promise that is proved; None where the writer finds none."""
    try:
        return write_claim_certificate(promise.name, promise.claim)
    except (BnsymError, Refused, LookupError, RecursionError):
        return None


def least_sizes(function: Function, claimed: Sequence[Promise], mean: Mean | None) -> dict[str, int]:
    """The least sizes, where greater than 1, that the function's theorems need.

    And forward, where x is centred over its rows alone, needs two: of one row, nothing is left.
    """
    found: dict[str, int] = {}
    if function.name == "forward" and mean is not None and [index.name for index in mean.over] == ["n"]:
        found["N"] = 2
    for promise in claimed:
        if promise.name.split(".")[1] == function.name:
            for need in needs_of(promise.claim.expanded()):
                found |= _least(need)
    return found


def _least(need: Need) -> dict[str, int]:
    """N >= 2 of the need that N - 1 is not 0."""
    match need.term:
        case Add((Number(value), Size(name, least)) | (Size(name, least), Number(value))) if value == -least:
            return {name: least + 1}
    return {}
