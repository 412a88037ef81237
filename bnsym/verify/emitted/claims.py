"""What a printed module's functions return on symbolic arrays, each with the claim that it must meet."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bnsym.errors import InternalError
from bnsym.kernels.inference import inference
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.kernels.running import MOMENTUM, average, corrected
from bnsym.layers.layer import Layer
from bnsym.proof.claims import Claim
from bnsym.terms.nodes import (
    ONE,
    Definition,
    Entry,
    Index,
    Partial,
    Sign,
    Sum,
    Tensor,
    Term,
    divide,
    mul,
    subtract,
)
from bnsym.terms.walk import substitute
from bnsym.tracing import Trace, TracedArray
from bnsym.verify.emitted.layouts import Layout, Spread

EPSILON = (2.0**-126, 2.0**127)  # what every type that is computed in holds
Axes = Sequence[Sequence[Index]]


@dataclass(frozen=True)
class Read:
    """What is claimed of one value that a function returned."""

    name: str
    claim: Claim


class Reader:
    """One run of a module's functions under one layout."""

    def __init__(self, printed: NumPyModule, module: ModuleType, trace: Trace, layout: Layout) -> None:
        self.layer, self.plan = printed.layer, printed.plan
        self.saved_tensors = printed.saved()
        self.fields = printed.fields()
        self.module = module
        self.trace = trace
        self.layout = layout
        self.x = trace.tensor(self.layer.input.name, layout.shape)
        self.spread = Spread(self.layer, self.x, layout)
        self.given = {self.layer.input.name: self.x}
        self.given[self.plan.upstream.name] = trace.tensor(self.plan.upstream.name, layout.shape)
        for tensor in (*self.layer.parameters, *self.plan.running):
            self.given[tensor.name] = trace.tensor(tensor.name, ["C"], tensor.sign)
        self.before = {name: array.body for name, array in self.given.items()}
        self.eps = trace.scalar(self.layer.constant.name, self.layer.constant.sign, EPSILON)

    def all(self) -> tuple[Read, ...]:
        """Every value that the functions return, and that they leave their arguments as they were."""
        found = (*self.training(), *self.at_test())
        self.check_untouched()
        return found

    # -- forward and backward -------------------------------------------------------------------------

    def training(self) -> Iterator[Read]:
        """forward, and backward on what forward kept."""
        parameters = [self.given[tensor.name] for tensor in self.layer.parameters]
        result, saved = self.call("forward", self.x, *parameters)
        equations = self.spread.definitions(self.layer.definitions)
        output = self.layer.output.tensor.name
        yield self.read("forward", output, result, self.places(), equations[output].entry, equations)
        yield from self.kept(saved, equations)
        upstream = self.spread.tensor(self.plan.upstream)
        gradients = self.call("backward", self.given[upstream.name], saved)
        loss = mul(Entry(upstream, self.spread.place), equations[output].entry)
        for index in reversed(self.spread.place):
            loss = Sum(index, loss)
        if (saved._fields, gradients._fields) != self.fields:
            raise InternalError(f"its fields are {saved._fields} and {gradients._fields}")
        names = self.plan.functions["backward"].outputs
        for name, tensor, value in zip(names, self.inputs(), gradients, strict=True):
            own = self.spread.tensor(tensor)
            at = self.spread.place if tensor is self.layer.input else self.spread.place_of(tensor)
            wanted = Partial(loss, Entry(own, at))
            yield self.read("backward", name, value, [(index,) for index in at], wanted, equations)

    def inputs(self) -> tuple[Tensor, ...]:
        """What there are gradients by."""
        return (self.layer.input, *self.layer.parameters)

    def kept(self, saved: Any, equations: Mapping[str, Definition]) -> Iterator[Read]:
        """What forward saves: its arguments, statistics by the equations, other steps by the plan."""
        steps = {step.tensor.name: step for step in self.plan.functions["forward"].steps}
        planned = self.spread.definitions(steps)
        *values, axis = saved
        if axis != self.layout.channel_axis % self.x.ndim:
            raise InternalError(f"forward saves axis {axis} of {self.layout}")
        for tensor, value in zip(self.saved_tensors, values, strict=False):
            known = equations if tensor.name in equations else planned
            place = self.spread.place_of(tensor)
            wanted = Entry(self.spread.tensor(tensor), place)
            axes = self.stored_axes(tensor)
            yield self.read("forward", f"saved.{tensor.name}", value, axes, wanted, known)
        for value in values[len(self.saved_tensors) :]:
            yield self.read("forward", "saved.eps", value, [], self.layer.constant, {})

    # -- inference ------------------------------------------------------------------------------------

    def at_test(self) -> Iterator[Read]:
        """inference, with the running averages."""
        function = self.plan.functions["inference"]
        running = [tensor for tensor in self.plan.running if tensor in function.inputs]
        given = [self.given[tensor.name] for tensor in (*self.layer.parameters, *running)]
        result = self.call("inference", self.x, *given)
        equations = self.spread.definitions(inference(self.layer).definitions)
        output = self.layer.output.tensor.name
        yield self.read("inference", output, result, self.places(), equations[output].entry, equations)

    def check_untouched(self) -> None:
        """No argument was written into."""
        for name, array in self.given.items():
            if array.body is not self.before[name]:
                raise InternalError(f"it writes into its argument {name}")

    # -- pieces ---------------------------------------------------------------------------------------

    def call(self, name: str, *given: Any) -> Any:
        """One of the module's functions, with its options where it has such."""
        function = getattr(self.module, name)
        options = {"eps": self.eps, "channel_axis": self.layout.channel_axis}
        known = inspect.signature(function).parameters
        return self.trace.call(
            function, *given, **{key: value for key, value in options.items() if key in known}
        )

    def places(self) -> Axes:
        """An index an axis, as x has them."""
        return [(index,) for index in self.spread.place]

    def stored_axes(self, tensor: Tensor) -> Axes:
        """The axes of a saved array: x's, (C,), or as many as x's with length 1 where it has none."""
        own = self.spread.place_of(tensor)
        if tensor.shape == (self.layer.channel.high,):
            return [own]
        return [(index,) if index in own else () for index in self.spread.place]

    def read(
        self,
        function: str,
        output: str,
        value: Any,
        axes: Axes,
        wanted: Term,
        equations: Mapping[str, Definition],
    ) -> Read:
        """The claim that a returned array has these axes and this entry."""
        name = f"{self.layer.name}.{function}.{output} {self.layout}"
        return Read(name, claim_of(name, value, axes, wanted, equations))


def claim_of(name: str, value: Any, axes: Axes, wanted: Term, equations: Mapping[str, Definition]) -> Claim:
    """value[axes] = wanted.  Raises InternalError where the value is no array of these axes."""
    lengths = [[index.high for index in axis] for axis in axes]
    if not isinstance(value, TracedArray):
        raise InternalError(f"{name} is {value!r}, no array")
    if [[index.high for index in axis] for axis in value.indices] != lengths:
        raise InternalError(f"{name} is an {value!r}")
    wide = [index for axis in axes for index in axis]
    renamed: dict[Term, Term] = dict(zip(value.flat_indices, wide, strict=True))
    return Claim(substitute(value.body, renamed), "=", wanted, dict(equations))


def running_claims(
    printed: NumPyModule, module: ModuleType, trace: Trace, unbiased: bool
) -> tuple[Read, ...]:
    """update_running_stats, for free averages and statistics, a free momentum, and a count that is a size."""
    layer: Layer = printed.layer
    function = printed.plan.functions["update_running_stats"]
    batch = [layer.definitions[name].tensor for name in layer.statistics]
    signs = [tensor.sign for tensor in printed.plan.running]
    names = [tensor.name for tensor in (*printed.plan.running, *batch)]
    given = [trace.tensor(name, ["C"], sign) for name, sign in zip(names, (*signs, *signs), strict=True)]
    old, new = given[: len(batch)], given[len(batch) :]
    count = trace.size("M")
    options = {"count": count, "unbiased": unbiased}
    update = module.update_running_stats
    known = inspect.signature(update).parameters
    options = {key: value for key, value in options.items() if key in known}
    momentum = trace.scalar(MOMENTUM.name, Sign.REAL, (0.0, 1.0))
    results = trace.call(update, *given, momentum=momentum, **options)
    found = []
    for name, before, after, statistic in zip(function.outputs, old, new, layer.statistics, strict=True):
        factor = (
            divide(count.term, subtract(count.term, ONE)) if unbiased and corrected(layer, statistic) else ONE
        )
        [axis] = before.indices
        body = substitute(after.body, dict(zip(after.flat_indices, axis, strict=True)))
        title = f"{layer.name}.update_running_stats.{name} unbiased={unbiased}"
        wanted = average(before.body, mul(factor, body))
        found.append((title, axis, wanted))
    return tuple(
        Read(title, claim_of(title, result, [axis], wanted, {}))
        for result, (title, axis, wanted) in zip(results, found, strict=True)
    )
