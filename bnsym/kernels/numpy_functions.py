"""Fills the frame's functions with a plan's steps, and says which arrays go in, out and along which axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bnsym.kernels import numpy_frame
from bnsym.kernels.numpy_expression import LINE, NumPyForm
from bnsym.kernels.numpy_frame import fill
from bnsym.kernels.numpy_names import Names
from bnsym.kernels.plan import Function, Plan, reduced_axes
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Size, Sum, Symbol, Tensor
from bnsym.terms.walk import children, subterms

IN_WITH = 8
LENGTH_OF_RAISE = len("        raise ValueError()")


class NumPyFunctions:
    """The source of each function of one plan."""

    def __init__(self, layer: Layer, plan: Plan) -> None:
        self.layer = layer
        self.plan = plan
        self.forward_steps = plan.functions["forward"].steps
        self.names = Names({layer.input.name: "x", layer.constant.name: "eps"})
        self.names.wide(layer.input.name)
        self.upstream = plan.upstream

    def all(self) -> list[str]:
        """The source of each function, in the plan's order."""
        printers = {
            "forward": self.forward,
            "backward": self.backward,
            "inference": self.inference,
            "update_running_stats": self.running,
        }
        return [printers[name](function) for name, function in self.plan.functions.items()]

    # -- what is kept ---------------------------------------------------------------------------------

    def saved(self) -> list[Tensor]:
        """x, the batch's statistics, and what else backward takes from forward."""
        kept = [step.tensor for step in self.forward_steps if not self._is_full(step.tensor)]
        taken = [t for t in self.plan.functions["backward"].inputs if t is not self.upstream]
        return list(dict.fromkeys([self.layer.input, *kept, *taken]))

    def saved_fields(self) -> list[str]:
        """The fields of Saved, but its axis."""
        arrays = [f"{self.names.variable(tensor.name)}: Array" for tensor in self.saved()]
        return [*arrays, *["eps: float"] * self._saves_eps()]

    def _saves_eps(self) -> bool:
        """Whether backward needs eps itself, and not just the root that it stands in."""
        return self._has_eps(self.plan.functions["backward"])

    def _has_eps(self, function: Function) -> bool:
        return any(node.name == self.layer.constant.name for node in _scalars(function))

    def gradient_fields(self) -> list[str]:
        """The fields of Gradients."""
        return [f"{self.names.variable(name)}: Array" for name in self.plan.functions["backward"].outputs]

    # -- functions ------------------------------------------------------------------------------------

    def forward(self, function: Function) -> str:
        """The training pass."""
        kept = [self.names.variable(s.tensor.name) for s in function.steps if not self._is_full(s.tensor)]
        return fill(
            numpy_frame.FORWARD,
            **self._common(function, self.layer.parameters),
            results=", ".join([*kept, "result"]),
            saved=[
                *(f"{self.names.variable(t.name)}={self._stored(t)}," for t in self.saved()),
                *["eps=eps,"] * self._saves_eps(),
            ],
        )

    def inference(self, function: Function) -> str:
        """The pass at test time."""
        running = [t for t in self.plan.running if t in function.inputs]
        nonnegative = [t for t in running if t.sign is Sign.NONNEGATIVE]
        common = self._common(function, (*self.layer.parameters, *running))
        common["checked"] = [*common["checked"], *self._not_negative(function, nonnegative)]
        return fill(numpy_frame.INFERENCE, **common, results="result")

    def backward(self, function: Function) -> str:
        """The gradients."""
        full = {self.layer.input.name, self.upstream.name}
        given = [t for t in function.inputs if t.name in full]
        names = self._variables(function, given)
        steps = self._steps(function, names)
        flat = {name: "" if k == 0 else ".reshape(-1)" for k, name in enumerate(function.outputs)}
        return fill(
            numpy_frame.BACKWARD,
            upstream=self.names.variable(self.upstream.name),
            output=self.names.variable(self.layer.output.tensor.name),
            parameters_gradient=" and the parameters' gradients (C,)" if self.layer.parameters else "",
            sizes=self._sizes(function, steps),
            loaded=[
                *(self._loaded(t) for t in function.inputs if t not in given),
                *["eps = saved.eps"] * self._saves_eps(),
            ],
            widened=[
                f"{names[t.name]} = {self.names.variable(t.name)}.astype(compute, copy=False)" for t in given
            ],
            steps=steps,
            returned=[f"{names[name]}{flat[name]}.astype(x.dtype, copy=False)," for name in function.outputs],
        )

    def running(self, function: Function) -> str:
        """The running averages."""
        variables = [self.names.variable(t.name) for t in function.inputs]
        wide = self._variables(function, function.inputs)
        form = NumPyForm({}, wide)
        corrected = any(node.name == "correction" for node in _scalars(function))
        call = function.name
        returned = zip(function.outputs, variables, strict=False)
        return fill(
            numpy_frame.RUNNING,
            typed=[f"{name}: Array," for name in variables],
            first=variables[0],
            checked=[f'{name} = _check_channels("{call}", "{name}", {name}, channels)' for name in variables],
            guards=self._not_negative(function, self._squares(function)),
            count_typed=["count: int,"] * corrected,
            unbiased_typed=["unbiased: bool = True,"] * corrected,
            count_told=numpy_frame.COUNT_TOLD.splitlines() * corrected,
            correction=["correction = _check_count(count, unbiased)"] * corrected,
            widened=[
                f"{wide[t.name]} = {self.names.variable(t.name)}.astype(np.float64)" for t in function.inputs
            ],
            steps=[line for step in function.steps for line in form.statement(step, IN_WITH)],
            result=_tuple(
                "result", [f"{wide[new]}.astype({old}.dtype, copy=False)" for new, old in returned]
            ),
            returns=f"tuple[{', '.join(['Array'] * len(function.outputs))}]",
        )

    # -- pieces ---------------------------------------------------------------------------------------

    def _common(self, function: Function, given: Iterable[Tensor]) -> dict[str, numpy_frame.Filling]:
        call, given = function.name, tuple(given)
        variables = [self.names.variable(t.name) for t in given]
        names = self._variables(function, (self.layer.input, *given))
        with_eps = self._has_eps(function)
        steps = self._steps(function, names)
        return {
            "typed": [f"{name}: Array," for name in variables],
            "axis": self.usual_axis(),
            "eps_typed": ["eps: float = 1e-5,"] * with_eps,
            "eps_checked": [f'eps = _check_epsilon("{call}", eps, compute)'] * with_eps,
            "parameters_shape": "; all else: (C,)" if given else "",
            "output": self.names.variable(function.outputs[0]),
            "checked": [
                f'{name} = _check_channels("{call}", "{name}", {name}, x.shape[axis], compute)'
                for name in variables
            ],
            "sizes": self._sizes(function, steps),
            "guards": list(self._guards(function)),
            "widened": [
                f"{names[t.name]} = _along({self.names.variable(t.name)}, x.ndim, axis, compute)"
                for t in given
            ],
            "steps": steps,
        }

    def _variables(self, function: Function, given: Iterable[Tensor]) -> dict[str, str]:
        """Each array's variable: that of its wide form, where it is given in x's type."""
        made = [*function.inputs, *(step.tensor for step in function.steps)]
        names = {t.name: self.names.variable(t.name) for t in made}
        names |= {t.name: self.names.wide(t.name) for t in given}
        return names | {self.layer.constant.name: "eps"}

    def _steps(self, function: Function, names: Mapping[str, str]) -> list[str]:
        form = NumPyForm({self.plan.row: "rows", self.plan.channel: "axis"}, names)
        return [line for step in function.steps for line in form.statement(step, IN_WITH)]

    def _guards(self, function: Function) -> Iterator[str]:
        """Refuse sizes below the least that the function's theorems allow."""
        told = {"N": ("one value per channel", "rows"), "C": ("one channel", "channels")}
        for size, least in function.least.items():
            arrived, wanted = told[size]
            instead = ", or call inference" if self.layer.statistics and function.name == "forward" else ""
            advice = f"pass at least {least} {wanted}{instead}"
            message = f'f"{function.name}: x has shape {{x.shape}}, {arrived}; {advice}"'
            yield f"if {size} < {least}:"
            if len(message) + LENGTH_OF_RAISE <= LINE:
                yield f"    raise ValueError({message})"
            else:
                yield from ("    raise ValueError(", f"        {message}", "    )")

    def _not_negative(self, function: Function, tensors: Iterable[Tensor]) -> list[str]:
        names = [self.names.variable(t.name) for t in tensors]
        return [f'_check_not_negative("{function.name}", "{name}", {name})' for name in names]

    def _squares(self, function: Function) -> list[Tensor]:
        """The running averages that are no less than 0, and the batch's statistics that enter these."""
        batch = dict(zip(self.plan.running, function.inputs[len(self.plan.running) :], strict=True))
        kept = [t for t in self.plan.running if t.sign is Sign.NONNEGATIVE]
        return [*kept, *(batch[t] for t in kept)]

    def _sizes(self, function: Function, steps: Iterable[str]) -> list[str]:
        counted = {node for step in function.steps for node in _numbers(step)} | set(function.least)
        lines = {
            "rows = tuple(k for k in range(x.ndim) if k != axis)": "axis=rows" in " ".join(steps),
            "N = x.size // x.shape[axis]": "N" in counted,
            "C = x.shape[axis]": "C" in counted,
        }
        return [line for line, wanted in lines.items() if wanted]

    def usual_axis(self) -> str:
        """The channels come last where each row is normalized by itself, else second."""
        reduced = {index for step in self.forward_steps for index in reduced_axes(step)}
        return "-1" if reduced == {self.plan.channel} else "1"

    def _is_full(self, tensor: Tensor) -> bool:
        return len(tensor.shape) == 2

    def _is_channel(self, tensor: Tensor) -> bool:
        return tensor.shape == (self.plan.channel.high,)

    def _stored(self, tensor: Tensor) -> str:
        name = self.names.variable(tensor.name)
        given = tensor is self.layer.input or tensor in self.layer.parameters
        return f"{name}.reshape(-1)" if self._is_channel(tensor) and not given else name

    def _loaded(self, tensor: Tensor) -> str:
        name = self.names.variable(tensor.name)
        held = f"saved.{name}"
        return (
            f"{name} = _along({held}, x.ndim, axis, compute)"
            if self._is_channel(tensor)
            else f"{name} = {held}"
        )


def _tuple(name: str, items: list[str]) -> list[str]:
    if len(items) == 1:
        return [f"{name} = ({items[0]},)"]
    return [f"{name} = (", *(f"    {item}," for item in items), ")"]


def _scalars(function: Function) -> Iterator[Symbol]:
    """The scalars that a function computes with."""
    for step in function.steps:
        yield from (node for node in subterms(step.body) if isinstance(node, Symbol))


def _numbers(step: Definition) -> set[str]:
    """The sizes that a step computes with, other than as the length of a sum."""
    found: set[str] = set()
    stack = [step.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Size):
            found.add(node.name)
        elif isinstance(node, Sum):
            stack.append(node.body)
        elif not isinstance(node, Entry | Index):
            stack.extend(children(node))
    return found
