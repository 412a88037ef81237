"""What the blocks of one function and type are made from: its schedule, and the names that C has for it."""

from __future__ import annotations

from bnsym.kernels.c.expression import CForm, CNames
from bnsym.kernels.c.schedule import Kind, Schedule
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Entry, Tensor, Term
from bnsym.terms.walk import subterms

TYPES = {"f32": "float", "f64": "double"}


class Signature:
    """What a function takes and returns, in the order of the C function's arguments."""

    def __init__(self, layer: Layer, schedule: Schedule, names: CNames, kept: tuple[Tensor, ...]) -> None:
        self.layer, self.schedule, self.names, self.kept = layer, schedule, names, kept
        self.form = CForm(names)
        self.by_rows = schedule.kind is Kind.ROWS
        self.parameters = [t for t in schedule.function.inputs if t in layer.parameters]
        known = {*schedule.streams, *self.parameters}
        self.given = [t for t in schedule.function.inputs if t not in known]
        self.along = [names[t.name] for t in self.parameters] if self.by_rows else []
        made = {d.tensor.name: d.tensor for d in (*schedule.finals, *schedule.ends)}
        self.results = [made[name] for name in schedule.function.outputs[1:]]

    def call(self, name: str, body: Term) -> str:
        """A macro applied to the variables of its own names."""
        used = dict.fromkeys(self.names[e.tensor.name] for e in entries(body))
        return f"{self.schedule.name.upper()}_{name}({', '.join(used)})"

    def formula(self, d: Definition) -> str:
        """A definition as a line of C."""
        return f"const double {self.names[d.tensor.name]} = {self.form.line(d.body)};"


class Context:
    """A function's signature and schedule, for one type."""

    def __init__(self, signature: Signature, t: str) -> None:
        self.p, self.s, self.t, self.T = signature, signature.schedule, t, TYPES[t]
        self.names = signature.names
        self.streams = [self.names[x.name] for x in self.s.streams]
        self.shifted = self.names[self.s.shifted.name] if self.s.shifted is not None else None
        self.coefficients = [d.tensor.name for d in self.s.coefficients]
        self.sums = [d.tensor.name for d in self.s.sums]
        self.sum_calls = [signature.call(f"SUM_{k}", d.body) for k, d in enumerate(self.s.sums)]
        self.crossing = [self.names[d.tensor.name] for d in self.s.crossing]
        self.cross_calls = [signature.call(f"CROSSING_{k}", d.body) for k, d in enumerate(self.s.crossing)]
        bodies = [self.s.output.body, *(d.body for d in self.s.crossing)]
        self.used_in_output = {self.names[e.tensor.name] for body in bodies for e in entries(body)}
        self.used_in_sums = {self.names[e.tensor.name] for d in self.s.sums for e in entries(d.body)}


def entries(term: Term) -> list[Entry]:
    """The entries of arrays in a term."""
    return [node for node in subterms(term) if isinstance(node, Entry)]
