"""Prints a plan's steps as they stand: loops in float64 over arrays of at most one value a row or channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bnsym.errors import UnsupportedTermError
from bnsym.kernels.c.expression import CForm, CNames
from bnsym.kernels.c.frames import frame
from bnsym.kernels.numpy_frame import Filling, fill
from bnsym.kernels.plan import Function, Plan
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Sum, Tensor, Term
from bnsym.terms.text import ATOM, Written, text
from bnsym.terms.walk import children, free_indices

LOOPS = {"n": "for (size_t n = 0; n < rows; n++)", "c": "for (ptrdiff_t c = 0; c < channels; c++)"}


class PlainForm(CForm):
    """Terms over arrays with a place: mean[c], scale[n], x."""

    def __init__(self, names: CNames, plan: Plan) -> None:
        super().__init__(names)
        self.place = {plan.row.high: "n", plan.channel.high: "c"}
        self.sums: dict[Term, str] = {}

    def at(self, tensor: Tensor) -> str:
        """The array's place: its channel, its row, or neither."""
        return "".join(self.place[size] for size in tensor.shape if size is not None)

    def entry(self, term: Entry) -> Written:
        """An array's value."""
        where, name = self.at(term.tensor), self.names[term.tensor.name]
        return (name if len(where) == 2 else f"{name}[{where or 0}]"), ATOM

    def sum(self, term: Sum) -> Written:
        """A sum that was worked out before."""
        return self.sums[term], ATOM


class PlainPrinter:
    """The plain pass of one function."""

    def __init__(self, layer: Layer, plan: Plan, function: Function, names: CNames) -> None:
        self.layer, self.plan, self.function, self.names = layer, plan, function, names
        self.form = PlainForm(names, plan)
        self.elementwise: dict[str, Definition] = {}
        self.arrays: dict[str, str] = {}  # name -> where it lies: n, c or ""

    def text(self, t: str, T: str) -> str:
        """The C of it, for one type."""
        lines = [line for step in self.function.steps for line in self._step(step)]
        sizes = {"n": "rows", "c": "(size_t)channels", "": "1"}
        made = [f"double *const {name} = next;" for name in self.arrays]
        return fill(
            frame("plain", "PLAIN"),
            layer=self.layer.name,
            f=self.function.name,
            t=t,
            plain_arguments=", ".join(self._arguments(T)),
            plain_scratch=" + ".join(["0", *(sizes[where] for where in self.arrays.values())]),
            plain_arrays=[
                line
                for declared, where in zip(made, self.arrays.values(), strict=True)
                for line in (declared, f"next += {sizes[where]};")
            ],
            plain_steps=[line.replace("$T", T) for line in lines],
            plain_written=list(self._written(T)),
        )

    @property
    def results(self) -> list[Tensor]:
        """What is returned beside the output: forward's statistics, backward's other gradients."""
        steps = self.function.steps
        if self.function.name == "forward":
            return [s.tensor for s in steps if len(s.tensor.shape) < 2]
        return [s.tensor for name in self.function.outputs[1:] for s in steps if s.tensor.name == name]

    def _arguments(self, T: str) -> Iterator[str]:
        streams = [t for t in self.function.inputs if len(t.shape) == 2]
        parameters = [t for t in self.function.inputs if t in self.layer.parameters]
        given = [t for t in self.function.inputs if t not in streams and t not in parameters]
        yield from (f"const {T} *{self.names[t.name]}_at" for t in streams)
        yield f"{T} *out"
        yield from (f"const double *{self.names[t.name]}" for t in (*parameters, *given))
        yield from (f"double *{self.names[t.name]}_out" for t in self.results)

    def _written(self, T: str) -> Iterator[str]:
        for tensor in self.results:
            name, where = self.names[tensor.name], self.form.at(tensor)
            index = where or "0"
            written = f"{name}_out[{index}] = {name}[{index}];"
            yield from ([LOOPS[where], f"    {written}"] if where else [written])

    # -- steps ----------------------------------------------------------------------------------------

    def _step(self, step: Definition) -> list[str]:
        name, where = self.names[step.tensor.name], self.form.at(step.tensor)
        if len(where) == 2 and step.tensor.name != self.function.outputs[0]:
            self.elementwise[step.tensor.name] = step
            return []
        lines = [line for k, total in enumerate(_outer_sums(step.body)) for line in self._sum(total, name, k)]
        if len(where) == 2:
            body = [*self._values(step.body), f"out[at] = ($T)({self.form.line(step.body)});"]
            return lines + _everywhere(body)
        self.arrays[name] = where
        formula = f"{name}[{where or 0}] = {self.form.line(step.body)};"
        return [*lines, LOOPS[where], f"    {formula}"] if where else [*lines, formula]

    def _sum(self, total: Sum, name: str, number: int) -> list[str]:
        body, bound = total.body, {total.index}
        while isinstance(body, Sum):
            bound, body = {*bound, body.index}, body.body
        if not bound <= {self.plan.row, self.plan.channel}:
            raise UnsupportedTermError(f"no C for {text(total)}: sums run over rows, channels or both")
        inner = _outer_sums(body)
        lines = [line for k, part in enumerate(inner) for line in self._sum(part, f"{name}_{number}", k)]
        where = self._where(total)
        array = f"{name}_sum_{number}"
        self.arrays[array] = where
        self.form.sums[total] = f"{array}[{where or 0}]"
        added = f"{self.form.sums[total]} += {self.form.line(body)};"
        run = self._where(body)
        if len(run) == 1:
            return [*lines, LOOPS[run], f"    {added}"]
        return [*lines, *_everywhere([*self._values(body), added])]

    def _where(self, term: Term) -> str:
        free = free_indices(term)
        return "".join(w for w, index in (("n", self.plan.row), ("c", self.plan.channel)) if index in free)

    def _values(self, body: Term) -> list[str]:
        """The elementwise steps that a body stands on, each before it is used."""
        lines: dict[str, None] = {}

        def need(term: Term) -> None:
            for node in _outside_sums(term):
                if isinstance(node, Entry) and len(node.tensor.shape) == 2:
                    step = self.elementwise.get(node.tensor.name)
                    name = self.names[node.tensor.name]
                    if step is None:
                        lines.setdefault(f"const double {name} = {name}_at[at];")
                    else:
                        need(step.body)
                        lines.setdefault(f"const double {name} = {self.form.line(step.body)};")

        need(body)
        return list(lines)


def _outer_sums(term: Term) -> list[Sum]:
    if isinstance(term, Sum):
        return [term]
    return list(dict.fromkeys(total for child in children(term) for total in _outer_sums(child)))


def _outside_sums(term: Term) -> Iterator[Term]:
    yield term
    if not isinstance(term, Sum):
        for child in children(term):
            yield from _outside_sums(child)


def _everywhere(body: Iterable[str]) -> list[str]:
    block: Filling = list(body)
    return fill(frame("plain", "EVERYWHERE"), body=block).split("\n")
