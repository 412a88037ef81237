"""The NumPy backend: prints a plan as one readable module that imports NumPy alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import wrap

from bnsym.kernels import numpy_checks, numpy_frame
from bnsym.kernels.head import NO_CERTIFICATE, OWN_LINE, equation, own_hash
from bnsym.kernels.numpy_functions import NumPyFunctions
from bnsym.kernels.plan import Plan
from bnsym.layers.layer import Layer
from bnsym.proof.archive import list_text, sha256
from bnsym.terms.nodes import Tensor
from bnsym.terms.text import definition_text
from bnsym.version import __version__

MARK = "# ---- copied from here on ----\n"
WIDTH = 106


@dataclass(frozen=True)
class NumPyModule:
    """A layer's module: what is printed, and from what.

    `theorems`: names and needs, all proved; `certificates`: their certificates by name, where there is one.
    """

    layer: Layer
    plan: Plan
    theorems: Mapping[str, tuple[str, ...]]
    certificates: Mapping[str, str]

    @cached_property
    def text(self) -> str:
        """The module's source; the same plan gives the same bytes."""
        printer = NumPyFunctions(self.layer, self.plan)
        functions = "\n\n\n".join(printer.all())
        filled = numpy_frame.fill(
            numpy_frame.MODULE,
            layer=self.layer.name,
            version=__version__,
            source=self.layer.source,
            digest=self.digest(),
            certificates=sha256(self.certificate_list),
            own=OWN_LINE,
            equations=_wrapped(self.equations()),
            theorems=_wrapped(self.theorem_lines()),
            checks="\n\n\n".join(_checks_for(functions)).split("\n"),
            saved_fields=printer.saved_fields(),
            gradient_fields=printer.gradient_fields(),
            functions=functions.split("\n"),
        )
        text = filled + "\n"
        return text.replace(f"\n{OWN_LINE}\n", f"\n{OWN_LINE}{own_hash(text)}\n", 1)

    def saved(self) -> list[Tensor]:
        """The arrays that forward keeps for backward, in the order of Saved's fields."""
        return NumPyFunctions(self.layer, self.plan).saved()

    def fields(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of the fields of Saved and of Gradients."""
        printer = NumPyFunctions(self.layer, self.plan)
        saved, gradients = (
            tuple(line.split(":")[0] for line in lines)
            for lines in (printer.saved_fields(), printer.gradient_fields())
        )
        return (*saved, "axis"), gradients

    def usual_axis(self) -> int:
        """The default of channel_axis."""
        return int(NumPyFunctions(self.layer, self.plan).usual_axis())

    @cached_property
    def files(self) -> dict[str, str]:
        """The certificates' texts by their files' names."""
        start = len(self.layer.name) + 1
        return {f"{name[start:]}.json": text for name, text in self.certificates.items()}

    @property
    def certificate_list(self) -> str:
        """The hashes of the certificates, as sha256sum writes them."""
        return list_text({name: sha256(text) for name, text in self.files.items()})

    def digest(self) -> str:
        """SHA-256 of what the module is generated from: equations, plan and theorems."""
        steps = [definition_text(step) for f in self.plan.functions.values() for step in f.steps]
        origin = [self.layer.name, *self.equations(), *steps, *self.theorem_lines()]
        return sha256("\n".join(origin))

    def equations(self) -> list[str]:
        """The layer's equations."""
        return [equation(definition) for definition in self.layer.definitions.values()]

    def theorem_lines(self) -> list[str]:
        """Each theorem with its needs."""
        width = max(map(len, self.theorems))
        return [
            f"{name:<{width}}  needs {', '.join(needs) or 'nothing'}"
            + ("" if name in self.certificates else NO_CERTIFICATE)
            for name, needs in self.theorems.items()
        ]


def _checks_for(functions: str) -> list[str]:
    """The checks that the functions call, and those that these call."""
    copied = Path(numpy_checks.__file__).read_text(encoding="utf-8").split(MARK)[1]
    constants, *checks = copied.strip("\n").split("\n\n\n")
    kept: dict[str, None] = {}
    calls = functions
    while True:
        used = [check for check in checks if check[4 : check.index("(") + 1] in calls]
        if len(used) == len(kept):
            return [constants, *used]
        kept = dict.fromkeys(used)
        calls = "".join((functions, *used))


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) <= WIDTH:
            yield line
        else:
            yield from wrap(line, WIDTH, subsequent_indent="    ", break_long_words=False)
