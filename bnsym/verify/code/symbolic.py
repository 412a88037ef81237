"""The user's code on symbolic arrays: its output and its gradients as terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bnsym.terms.nodes import Index, Sign, Term
from bnsym.tracing import Trace, explore
from bnsym.verify.code import places
from bnsym.verify.code.as_array import as_array
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.roles import Array, Scalar
from bnsym.verify.code.running import run_backward, run_forward, value

Axes = tuple[tuple[Index, ...], ...]


@dataclass(frozen=True)
class Tensor:
    """A symbolic array: the name that its entries have, its axes' indices, its entry, its shape as text."""

    name: str
    axes: Axes
    body: Term
    shape: tuple[str, ...]

    @property
    def indices(self) -> tuple[Index, ...]:
        """All indices, in order."""
        return tuple(index for axis in self.axes for index in axis)


@dataclass(frozen=True)
class Traced:
    """What a run of the plan came to.  `sizes`: each size of the plan as a term."""

    inputs: Mapping[str, Tensor]
    output: Tensor
    upstream: Tensor
    gradients: Mapping[str, Tensor]
    sizes: Mapping[str, Term]
    scalars: Mapping[str, str]
    assumptions: tuple[str, ...]
    printed: str


class Symbols:
    """Makes free tensors and scalars in a trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.inputs: dict[str, Tensor] = {}
        self.scalars: dict[str, str] = {}
        self.sizes: dict[str, Term] = {}
        self.given_upstream: Tensor | None = None

    def array(self, name: str, role: Array) -> Any:
        """A free tensor; a free scalar where there are no axes."""
        symbol = self._symbol(name)
        if role.shape:
            made = self.trace.tensor(symbol, [self._length(size) for size in role.shape], role.sign)
        else:
            made = self.trace.scalar(symbol, role.sign)
        self.inputs[name] = seen(symbol, made)
        return made

    def scalar(self, name: str, role: Scalar) -> Any:
        """A free scalar."""
        symbol = self._symbol(name)
        self.scalars[name] = symbol
        return self.trace.scalar(symbol, role.sign)

    def size(self, size: str) -> Any:
        """A size as the code sees it."""
        self._note(size)
        return self.trace.dim(size)

    def upstream(self, name: str, output: Any) -> Any:
        """A free tensor of the output's shape."""
        made = (
            self.trace.tensor(self._symbol(name), output.shape, Sign.REAL)
            if output.shape
            else self.trace.scalar(self._symbol(name), Sign.REAL)
        )
        self.given_upstream = seen(self._symbol(name), made)
        return made

    def table(self, items: dict[str, Any]) -> dict[str, Any]:
        """A dict."""
        return items

    def call(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """A traced call."""
        return self.trace.call(function, *given, **named)

    def _symbol(self, name: str) -> str:
        short = places.last_name(name) if name.startswith("self") else name
        taken = {tensor.name for key, tensor in self.inputs.items() if key != name}
        taken |= {symbol for key, symbol in self.scalars.items() if key != name}
        return (
            short
            if short not in taken
            else next(f"{short}{k}" for k in range(2, 99) if f"{short}{k}" not in taken)
        )

    def _length(self, size: str) -> str | int:
        self._note(size)
        return int(size) if size.isdigit() else size

    def _note(self, size: str) -> None:
        for part in size.split("*"):
            if not part.isdigit():
                self.sizes[part] = self.trace.dim(part).term


def seen(name: str, array: Any) -> Tensor:
    """What is seen of a traced array now; writing into it later changes nothing here."""
    shape = tuple(str(length) for length in array.shape)
    return Tensor(name, tuple(tuple(axis) for axis in array.indices), array.body, shape)


def trace_inputs(plan: Plan) -> Traced:
    """The arguments of a function alone, without running it; the output is given the first one's axes."""

    def attempt(trace: Trace) -> Traced:
        symbols = Symbols(trace)
        for name, role in plan.arguments.items():
            value(role, name, symbols, {})
        first = next(iter(symbols.inputs.values()))
        return Traced(symbols.inputs, first, first, {}, dict(symbols.sizes), symbols.scalars, (), "")

    return explore(attempt, {})


def trace_plan(plan: Plan, fixed: Mapping[str, int]) -> Traced:
    """Run the plan on symbols.  Raises TracingError where the code cannot be followed."""

    def attempt(trace: Trace) -> Traced:
        symbols = Symbols(trace)
        names = run_forward(plan, symbols)
        names["output"] = as_array(names["output"])
        output = seen("output", names["output"])
        run_backward(plan, symbols, names)
        gradients = {of: seen(of, as_array(places.read(at, names))) for of, at in plan.gradients.items()}
        upstream = symbols.given_upstream or output
        return Traced(
            symbols.inputs,
            output,
            upstream,
            gradients,
            {name: trace.dim(name).term for name in symbols.sizes},
            symbols.scalars,
            tuple(trace.assumptions),
            trace.printed,
        )

    return explore(attempt, dict(fixed))
