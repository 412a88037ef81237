"""Schedules: what one pass over memory sums, what is worked out between the passes, what the last one writes.

A schedule is made of definitions like the plan's own, so that it is proved as a plan is: see `as_function`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bnsym.kernels.plan import Function
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Size, Tensor, Term, add, negative, subtract
from bnsym.terms.walk import rebuild

SHIFT, CENTRE, LOW, DEVIATION = "shift", "centre", "low", "deviation"


class Kind(StrEnum):
    """What the statistics are kept for: each channel (batch norm) or each row (layer norm)."""

    CHANNELS = "channels"
    ROWS = "rows"


@dataclass(frozen=True)
class Schedule:
    """The passes of one function over memory.

    `streams`: the arrays of x's shape that are read.  `shifted`: the stream that enters as its deviation from
    a value that is near its mean; `mean`: the name of that mean, `estimated` if this function computes it.
    `sums` run over the whole reduced range; `finals` follow from them, and `coefficients` from these, one by
    one; `output` is elementwise in the streams, the coefficients and (by rows) the parameters.  `crossing`
    sums run along the other axis, and `ends` follow from these.
    """

    function: Function
    kind: Kind
    streams: tuple[Tensor, ...]
    shifted: Tensor | None
    mean: Tensor | None
    estimated: bool
    sums: tuple[Definition, ...]
    finals: tuple[Definition, ...]
    coefficients: tuple[Definition, ...]
    output: Definition
    crossing: tuple[Definition, ...] = ()
    ends: tuple[Definition, ...] = ()

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    @property
    def full(self) -> tuple[Tensor, ...]:
        """The streams as the formulas have them: the shifted one by its deviation."""
        return tuple(deviation(t) if t is self.shifted else t for t in self.streams)


def deviation(x: Tensor) -> Tensor:
    """x less the shift (while it is summed), less the centre (while the output is written)."""
    return Tensor(DEVIATION, x.shape, Sign.REAL)


def of_mean(name: str, mean: Tensor) -> Tensor:
    """The shift, the centre or the low part of the mean: one a mean."""
    return Tensor(name, mean.shape, Sign.REAL)


def as_function(schedule: Schedule, read: Mapping[str, Definition] | None = None) -> Function:
    """The schedule as a plan's function, whose outputs can be promised.

    Shift and centre are inputs of which nothing is known: what is proved holds whatever they are.  `read`:
    definitions that take the place of the schedule's own, by name: those read back from what was printed.
    """
    own = read or {}
    last = [*schedule.coefficients, schedule.output, *schedule.crossing, *schedule.ends]
    low = _low(schedule)
    first = [*_deviation(schedule, SHIFT if schedule.estimated else CENTRE), *schedule.sums]
    first += [*schedule.finals, *low] if schedule.estimated else [*low, *schedule.finals]
    steps = [own.get(step.tensor.name, step) for step in (*first, *last)]
    if schedule.shifted is not None and schedule.estimated:
        steps = _apart(schedule, steps, len(first))
    return Function(schedule.name, schedule.function.inputs, tuple(steps), schedule.function.outputs)


def _deviation(schedule: Schedule, about: str) -> list[Definition]:
    if schedule.shifted is None or schedule.mean is None:
        return []
    x = Entry(schedule.shifted, schedule.output.parameters)
    near = Entry(of_mean(about, schedule.mean), _places(schedule))
    return [Definition(deviation(schedule.shifted), schedule.output.parameters, subtract(x, near))]


def _low(schedule: Schedule) -> list[Definition]:
    """low = mean - centre: what the mean loses when it is rounded to the type of x."""
    if schedule.mean is None:
        return []
    places = _places(schedule)
    body = add(Entry(schedule.mean, places), negative(Entry(of_mean(CENTRE, schedule.mean), places)))
    return [Definition(of_mean(LOW, schedule.mean), places, body)]


def _apart(schedule: Schedule, steps: list[Definition], first: int) -> list[Definition]:
    """With the second pass's deviation, about the centre, under a name of its own."""
    [again] = _deviation(schedule, CENTRE)
    tensor = Tensor(f"{DEVIATION}_from_{CENTRE}", again.tensor.shape, Sign.REAL)

    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor is again.tensor:
            return Entry(tensor, node.indices)
        return rebuild(node, change)

    own = Definition(tensor, again.parameters, again.body)
    return [*steps[:first], own, *(Definition(s.tensor, s.parameters, change(s.body)) for s in steps[first:])]


def _places(schedule: Schedule) -> tuple[Index | Size, ...]:
    row, channel = schedule.output.parameters
    return (channel,) if schedule.kind is Kind.CHANNELS else (row,)
