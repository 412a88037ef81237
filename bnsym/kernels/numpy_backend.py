"""The NumPy backend: prints a plan as one readable module that imports NumPy alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import bnsym
from bnsym.kernels import numpy_checks, numpy_frame
from bnsym.kernels.numpy_expression import NumPyForm, statement
from bnsym.kernels.plan import Function, Plan
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Size, Sum, Tensor
from bnsym.terms.text import definition_text
from bnsym.terms.walk import children, subterms

NAMES = {"epsilon": "eps", "x": "wide_x", "grad_y": "wide_grad_y"}
MARK = "# ---- copied from here on ----\n"


@dataclass(frozen=True)
class NumPyModule:
    """A layer's module: what is printed, and from what.  `theorems`: names and needs, all proved."""

    layer: Layer
    plan: Plan
    theorems: Mapping[str, tuple[str, ...]]

    def text(self) -> str:
        """The module's source; the same plan gives the same bytes."""
        return numpy_frame.MODULE.substitute(
            layer=self.layer.name,
            version=bnsym.__version__,
            source=self.layer.source,
            digest=self.digest(),
            equations=_block(self.equations()),
            theorems=_block(self.theorem_lines()),
            checks=Path(numpy_checks.__file__).read_text(encoding="utf-8").split(MARK)[1],
            saved_fields=_block(f"{tensor.name}: Array" for tensor in self.saved()),
            gradient_fields=_block(f"{name}: Array" for name in self.plan.functions["backward"].outputs),
            functions="\n\n".join(self.functions()).rstrip("\n"),
        )

    # -- header ---------------------------------------------------------------------------------------

    def digest(self) -> str:
        """SHA-256 of what the module is generated from: equations, plan and theorems."""
        steps = [definition_text(step) for f in self.plan.functions.values() for step in f.steps]
        origin = [self.layer.name, *self.equations(), *steps, *self.theorem_lines()]
        return hashlib.sha256("\n".join(origin).encode()).hexdigest()

    def equations(self) -> list[str]:
        """The layer's equations."""
        return [definition_text(definition) for definition in self.layer.definitions.values()]

    def theorem_lines(self) -> list[str]:
        """Each theorem with its needs."""
        width = max(map(len, self.theorems))
        return [
            f"{name:<{width}}  needs {', '.join(needs) or 'nothing'}" for name, needs in self.theorems.items()
        ]

    # -- what is kept between forward and backward ----------------------------------------------------

    def saved(self) -> list[Tensor]:
        """x, the batch's statistics, and what else backward takes from forward."""
        kept = [step.tensor for step in self.plan.functions["forward"].steps if not self._is_full(step)]
        taken = [t for t in self.plan.functions["backward"].inputs if t.name != "grad_y"]
        return list(dict.fromkeys([self.layer.input, *kept, *taken]))

    def _is_full(self, step: Definition) -> bool:
        return step.parameters == (self.plan.row, self.plan.channel)

    def _is_channel(self, tensor: Tensor) -> bool:
        return tensor.shape == (self.plan.channel.high,)

    # -- functions ------------------------------------------------------------------------------------

    def functions(self) -> list[str]:
        """The source of each function."""
        printers = {
            "forward": self.forward,
            "backward": self.backward,
            "inference": self.inference,
            "update_running_stats": self.running,
        }
        return [printers[name](function) for name, function in self.plan.functions.items()]

    def forward(self, function: Function) -> str:
        """The training pass."""
        results = [s.tensor.name for s in function.steps if not self._is_full(s)] + list(function.outputs)
        common = self._common(function, self.layer.parameters)
        if self.layer.statistics:
            common["checked"] = numpy_frame.ONE_VALUE_GUARD + common["checked"]
        return numpy_frame.FORWARD.substitute(
            common,
            results=", ".join(results),
            saved=_block((f"{tensor.name}={self._stored(tensor)}," for tensor in self.saved()), depth=2),
        )

    def backward(self, function: Function) -> str:
        """The gradients."""
        loaded = [t for t in function.inputs if t.name not in (self.layer.input.name, "grad_y")]
        flat = {
            name: "" if name == f"grad_{self.layer.input.name}" else ".reshape(-1)"
            for name in function.outputs
        }
        returned = (f"{name}{flat[name]}.astype(x.dtype, copy=False)," for name in function.outputs)
        return numpy_frame.BACKWARD.substitute(
            input=self.layer.input.name,
            sizes=_block([*self._sizes(function), "compute = _compute_type(x)"]),
            loaded=_block(map(self._loaded, loaded)),
            steps=self._steps(function),
            outputs=", ".join(function.outputs),
            returned=_block(returned, depth=3),
        )

    def inference(self, function: Function) -> str:
        """The pass at test time."""
        running = [
            t for name in self.layer.statistics for t in function.inputs if t.name == f"running_{name}"
        ]
        common = self._common(function, (*self.layer.parameters, *running))
        guards = [
            numpy_frame.NEGATIVE_GUARD.substitute(name=t.name).rstrip("\n")
            for t in running
            if t.sign is Sign.NONNEGATIVE
        ]
        common["checked"] = "\n".join([common["checked"], *guards])
        return numpy_frame.INFERENCE.substitute(common)

    def running(self, function: Function) -> str:
        """The running averages."""
        names = [tensor.name for tensor in function.inputs]
        form = NumPyForm({}, {name: f"wide_{name}" for name in names})
        pairs = zip(function.outputs, self.layer.statistics, strict=True)
        return numpy_frame.RUNNING.substitute(
            typed=_typed(function.inputs),
            first=names[0],
            checked=_block(
                f'{name} = _check_channels("update_running_stats", "{name}", {name}, channels)'
                for name in names
            ),
            widened=_block(f"wide_{name} = {name}.astype(np.float64)" for name in names),
            steps=_block(statement(step, form) for step in function.steps),
            returned=_block(
                (f"{new}.astype(running_{name}.dtype, copy=False)," for new, name in pairs), depth=2
            ),
        )

    # -- pieces ---------------------------------------------------------------------------------------

    def _common(self, function: Function, given: tuple[Tensor, ...]) -> dict[str, str]:
        call = function.name
        checked = (
            f'{t.name} = _check_channels("{call}", "{t.name}", {t.name}, x.shape[axis])' for t in given
        )
        widened = (f"wide_{t.name} = _along({t.name}, x.ndim, axis, compute)" for t in given)
        return {
            "typed": _typed(given),
            "axis": "1" if self.layer.statistics else "-1",
            "checked": _block(checked),
            "widened": _block(widened),
            "sizes": _block([*self._sizes(function), "compute = _compute_type(x)"]),
            "steps": self._steps(function, {tensor.name: f"wide_{tensor.name}" for tensor in given}),
            "output": function.outputs[0],
        }

    def _steps(self, function: Function, names: Mapping[str, str] | None = None) -> str:
        form = NumPyForm({self.plan.row: "rows", self.plan.channel: "axis"}, {**NAMES, **(names or {})})
        return _block((statement(step, form) for step in function.steps), depth=2)

    def _sizes(self, function: Function) -> Iterable[str]:
        used = {node for step in function.steps for node in subterms(step.body)}
        sums = {node.index for node in used if isinstance(node, Sum)}
        counted = {node for step in function.steps for node in _numbers(step)}
        if self.plan.row in sums:
            yield "rows = tuple(k for k in range(x.ndim) if k != axis)"
        if self.plan.row.high in counted:
            yield "N = x.size // x.shape[axis]"
        if self.plan.channel.high in counted:
            yield "C = x.shape[axis]"

    def _stored(self, tensor: Tensor) -> str:
        given = tensor is self.layer.input or tensor in self.layer.parameters
        return f"{tensor.name}.reshape(-1)" if self._is_channel(tensor) and not given else tensor.name

    def _loaded(self, tensor: Tensor) -> str:
        if self._is_channel(tensor):
            return f"{tensor.name} = _along(saved.{tensor.name}, x.ndim, axis, compute)"
        return f"{tensor.name} = saved.{tensor.name}"


def _numbers(step: Definition) -> set[object]:
    """The sizes that a step computes with, other than as the length of a sum."""
    found: set[object] = set()
    stack = [step.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Size):
            found.add(node)
        elif isinstance(node, Sum):
            stack.append(node.body)
        elif not isinstance(node, Entry | Index):
            stack.extend(children(node))
    return found


def _typed(tensors: Iterable[Tensor]) -> str:
    return _block(f"{tensor.name}: Array," for tensor in tensors)


def _block(lines: Iterable[str], depth: int = 1) -> str:
    return indent("\n".join(lines), "    " * depth)
