"""Prints the Python module that builds and calls a layer's C."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bnsym.kernels.c import loader, module_frame
from bnsym.kernels.numpy_backend import MARK
from bnsym.kernels.numpy_backend import _checks_for as checks_for
from bnsym.kernels.numpy_frame import Filling, fill
from bnsym.kernels.numpy_functions import NumPyFunctions
from bnsym.kernels.plan import Function, Plan
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Sign, Tensor
from bnsym.version import __version__

FULL = 2


class CModuleFunctions(NumPyFunctions):
    """The functions of the module: signatures and checks as in the NumPy module, then a call of the C."""

    def __init__(self, layer: Layer, plan: Plan, by_rows: bool) -> None:
        super().__init__(layer, plan)
        self.by_rows = by_rows

    def forward(self, function: Function) -> str:
        """The training pass."""
        kept = [step.tensor for step in function.steps if len(step.tensor.shape) < FULL]
        names = [self.names.variable(t.name) for t in kept]
        return fill(
            module_frame.FORWARD,
            **self._signature(function, [t for t in function.inputs if t in self.layer.parameters]),
            kept_quickly=[f"{name} = {self._empty(t, True)}" for name, t in zip(names, kept, strict=True)],
            quick_arguments=", ".join(self._quick(function, [*names])),
            saved_quickly=", ".join(
                [
                    *(f"{self.names.variable(t.name)}" for t in self.saved()),
                    *["eps"] * self._saves_eps(),
                    "channel_axis % x.ndim",
                ]
            ),
            kept=[f"{name} = {self._empty(t)}" for name, t in zip(names, kept, strict=True)],
            kept_names=", ".join(names),
            results=", ".join([*names, "result"]),
            saved=[
                *(f"{self.names.variable(t.name)}={self.names.variable(t.name)}," for t in self.saved()),
                *["eps=eps,"] * self._saves_eps(),
            ],
        )

    def inference(self, function: Function) -> str:
        """The pass at test time."""
        running = [t for t in self.plan.running if t in function.inputs]
        filled = self._signature(
            function, [t for t in function.inputs if t in self.layer.parameters], running
        )
        nonnegative = [t for t in running if t.sign is Sign.NONNEGATIVE]
        filled["checked"] = [*filled["checked"], *self._not_negative(function, nonnegative)]
        given = [t for t in function.inputs if t in running]
        arguments = ", ".join(self._quick(function, self._listed(given).split(", ") if given else []))
        return fill(module_frame.INFERENCE, **filled, given=self._listed(given), quick_arguments=arguments)

    def backward(self, function: Function) -> str:
        """The gradients."""
        streams = [t for t in function.inputs if len(t.shape) == FULL]
        parameters = [t for t in function.inputs if t in self.layer.parameters]
        given = [t for t in function.inputs if t not in streams and t not in parameters]
        return fill(
            module_frame.BACKWARD,
            upstream=self.names.variable(self.upstream.name),
            output=self.names.variable(self.layer.output.tensor.name),
            parameters_gradient=" and the parameters' gradients (C,)" if self.layer.parameters else "",
            gradients=str(len(function.outputs) - 1),
            quick_arguments=", ".join(
                [
                    *(self.names.variable(t.name) for t in streams),
                    "result",
                    *(f"saved.{self.names.variable(t.name)}" for t in (*parameters, *given)),
                    "*results",
                ]
            ),
            streams=self._listed(streams),
            parameters=self._listed(parameters, "saved."),
            given=self._listed(given, "saved."),
            eps="saved.eps" if self._saves_eps() else "0.0",
        )

    def _signature(
        self, function: Function, parameters: Iterable[Tensor], running: Iterable[Tensor] = ()
    ) -> dict[str, Filling]:
        """What forward and inference share; parameters are passed on in the order in which the C has them."""
        filled = self._common(function, (*self.layer.parameters, *running))
        filled["sizes"] = [
            line
            for name, line in (("N", "N = x.size // x.shape[axis]"), ("C", "C = x.shape[axis]"))
            if name in function.least
        ]
        with_eps = self._has_eps(function)
        filled["eps"] = "eps" if with_eps else "0.0"
        filled["eps_is_float"] = " and type(eps) is float" if with_eps else ""
        arrays = [self.names.variable(t.name) for t in (*self.layer.parameters, *running)]
        filled["types"] = "".join(f"type({name}) is " for name in arrays) + "np.ndarray"
        return filled | {"parameters": self._listed(parameters)}

    def _listed(self, tensors: Iterable[Tensor], where: str = "") -> str:
        return ", ".join(where + self.names.variable(t.name) for t in tensors)

    def _quick(self, function: Function, last: Iterable[str]) -> list[str]:
        parameters = [t for t in function.inputs if t in self.layer.parameters]
        return ["x", "result", *(self.names.variable(t.name) for t in parameters), *last]

    def _empty(self, tensor: Tensor, quickly: bool = False) -> str:
        """An array for a statistic, in the shape that the NumPy module saves it in."""
        if quickly:
            of_row = tensor.shape == (self.plan.row.high,)
            return "np.empty((*x.shape[:-1], 1))" if of_row else "np.empty(x.shape[channel_axis])"
        if tensor.shape == (self.plan.channel.high,):
            return "np.empty(x.shape[axis])"
        if tensor.shape == (self.plan.row.high,):
            return "np.empty([1 if k == axis else length for k, length in enumerate(x.shape)])"
        return "np.empty([1] * x.ndim)"


def module_text(layer: Layer, plan: Plan, digest: str, fast: Iterable[str], by_rows: bool) -> str:
    """The source of LAYER_c.py, for a C file with this hash and fast passes for these functions."""
    printer = CModuleFunctions(layer, plan, by_rows)
    functions = "\n\n\n".join(printer.all())
    carried = Path(loader.__file__).read_text(encoding="utf-8").split(MARK)[1].strip("\n")
    return (
        fill(
            module_frame.MODULE,
            layer=layer.name,
            version=__version__,
            source=layer.source,
            digest=digest,
            fast=repr(sorted(fast)),
            by_rows=repr(by_rows),
            checks="\n\n\n".join([*checks_for(functions), carried]).split("\n"),
            saved_fields=printer.saved_fields(),
            gradient_fields=printer.gradient_fields(),
            functions=functions.split("\n"),
        )
        + "\n"
    )
