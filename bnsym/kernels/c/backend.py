"""The C backend: prints a plan's schedules as one C file, and proves what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bnsym.kernels.c import frames
from bnsym.kernels.c.context import TYPES
from bnsym.kernels.c.expression import CNames
from bnsym.kernels.c.frames import frame
from bnsym.kernels.c.module import module_text
from bnsym.kernels.c.plain import PlainPrinter
from bnsym.kernels.c.printer import FunctionPrinter
from bnsym.kernels.c.reading import Reader
from bnsym.kernels.c.schedule import Kind, Schedule, as_function
from bnsym.kernels.c.scheduler import kind_of, schedule
from bnsym.kernels.head import equation
from bnsym.kernels.inference import running_tensor
from bnsym.kernels.numpy_frame import fill
from bnsym.kernels.plan import Plan
from bnsym.kernels.planner import Planner
from bnsym.kernels.promises import keep, promises
from bnsym.layers.layer import Layer
from bnsym.proof.archive import sha256
from bnsym.terms.nodes import Tensor
from bnsym.version import __version__

FUNCTIONS = ("forward", "backward", "inference")


@dataclass(frozen=True)
class CSource:
    """A layer's C file."""

    layer: Layer
    plan: Plan

    @cached_property
    def names(self) -> CNames:
        """The identifiers of the plan's arrays."""
        return CNames(
            {
                self.layer.input.name: "x",
                "deviation": "deviation",
                "shift": "shift",
                "centre": "centre",
                "low": "low",
                **{f"coefficient_{k}": f"coefficient_{k}" for k in range(64)},
                **{f"sum_{k}": f"sum_{k}" for k in range(64)},
            }
        )

    @cached_property
    def schedules(self) -> dict[str, Schedule | None]:
        """A schedule for each function that has a fast form."""
        mean = Planner(self.layer).basis.mean
        found = {}
        for name in FUNCTIONS:
            own = mean.tensor if mean is not None else None
            if own is not None and name == "inference" and own.name in self.layer.statistics:
                own = running_tensor(self.layer, own.name)
            found[name] = schedule(self.plan, self.plan.functions[name], self.layer.input, own)
        return found

    def kept(self, name: str) -> tuple[Tensor, ...]:
        """The statistics that forward keeps."""
        if name != "forward":
            return ()
        return tuple(s.tensor for s in self.plan.functions["forward"].steps if len(s.tensor.shape) < 2)

    @cached_property
    def text(self) -> str:
        """The C file."""
        lanes, quick = (frames.text(name).split("\n") for name in ("lanes.h", "quick.h"))
        finite = [fill(frame("passes", "FINITE"), t=t, T=T) for t, T in TYPES.items()]
        pieces = [*finite, *(piece for name in FUNCTIONS for piece in self._function(name))]
        return (
            fill(
                frame("passes", "FILE"),
                layer=self.layer.name,
                version=__version__,
                source=self.layer.source,
                equations=[f" *     {equation(d)}" for d in self.layer.definitions.values()],
                lanes=lanes,
                quick=quick,
                functions="\n\n".join(pieces).split("\n"),
            )
            + "\n"
        )

    def _function(self, name: str) -> Iterator[str]:
        found = self.schedules[name]
        printer = found and FunctionPrinter(self.layer, found, self.names, self.kept(name))
        if printer:
            yield "\n".join(printer.macros())
        plain = PlainPrinter(self.layer, self.plan, self.plan.functions[name], self.names)
        for t, T in TYPES.items():
            body = [printer.functions(t)] if printer else []
            body.append(plain.text(t, T))
            yield fill(frame("passes", "UNIT"), f=name, t=t, body="\n\n".join(body).split("\n"))

    @cached_property
    def theorems(self) -> dict[str, tuple[str, ...]]:
        """The claims of the layer, by name, proved of the formulas that were read back from the text.

        A function without a schedule is carried out as the plan has it.  Raises InternalError if one is not
        proved, or cannot be read.
        """
        found = []
        for name, own in self.schedules.items():
            if own is None:
                found.append(self.plan.functions[name])
            else:
                read = Reader(self.layer, own, self.names, self.text).definitions()
                found.append(as_function(own, read))
        return {promise.name: keep(promise) for promise in promises(self.layer, found, self.plan.upstream)}

    @cached_property
    def header(self) -> str:
        """The prototypes of what is exported."""
        found = re.findall(r"^EXPORT (int .*\))$", self.text, re.M)
        return (
            fill(frame("passes", "HEADER"), layer=self.layer.name, prototypes=[f"{line};" for line in found])
            + "\n"
        )

    @cached_property
    def module(self) -> str:
        """The Python module."""
        digest = sha256(self.text)
        fast = [name for name, found in self.schedules.items() if found is not None]
        return module_text(self.layer, self.plan, digest, fast, kind_of(self.plan) is Kind.ROWS)
