"""A forward alone, against the equations of a layer of the catalogue, in the axes of the user's arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter

from bnsym.errors import BnsymError
from bnsym.layers.layer import Layer
from bnsym.layers.table import LAYERS, layer
from bnsym.proof.claims import Claim
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import decide
from bnsym.terms.nodes import (
    ONE,
    ZERO,
    Entry,
    Index,
    Number,
    Sign,
    Size,
    Sum,
    Symbol,
    Term,
    mul,
    number,
)
from bnsym.terms.walk import rebuild, substitute, subterms, unfold
from bnsym.tracing import TracingError
from bnsym.verify.code import names as n
from bnsym.verify.code.confirming import confirmed_output, same_to_rounding
from bnsym.verify.code.deciding import Run, bounds, traced_runs
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import CodeVerdict
from bnsym.verify.code.symbolic import Tensor, Traced, trace_inputs

Indices = tuple[Index, ...]
LARGEST_EPSILON = Fraction(1, 10)


@dataclass(frozen=True)
class Reading:
    """The user's arrays in a layer's roles: which factors of x's axes are rows, which channels."""

    x: Tensor
    parameters: Mapping[str, Tensor]
    rows: Indices
    channels: Indices
    epsilon: Term
    note: str


def decide_forward(plan: Plan, fixed: Mapping[str, int], wanted: str = "") -> CodeVerdict:
    """The forward equals the layer of that name, or, where none is named, one of the catalogue."""
    start = perf_counter()
    names = [wanted] if wanted else _likeliest_first(plan.pair.name)
    blank = CodeVerdict(plan.pair.name, names[0], plan.output, Verdict.UNKNOWN, roles=plan.stated())
    try:
        runs = traced_runs(plan, fixed)
        tried = [_over_runs(runs, layer(name), replace(blank, of=name)) for name in names]
    except (TracingError, RecursionError) as error:
        unknown = replace(blank, detail=str(error))
        return replace(_by_numbers(plan, layer(names[0]), unknown, fixed), seconds=perf_counter() - start)
    best = next((each for each in tried if each.verdict is Verdict.PROVED), tried[0])
    if best is not tried[0] and _says(names[0], plan.pair.name) and tried[0].verdict is Verdict.REFUTED:
        best = replace(tried[0], diagnosis=f"it is not {names[0]}, it is {best.of}")
    return replace(best, bounded=bounds(runs), seconds=perf_counter() - start)


def _by_numbers(plan: Plan, made: Layer, unknown: CodeVerdict, fixed: Mapping[str, int]) -> CodeVerdict:
    """Refuted where the code, run with numbers, is not the layer; else unknown, as it was."""
    if plan.pair.owner is not None:
        return unknown
    traced = trace_inputs(plan)
    at = {index: index for index in traced.output.indices}
    for reading in list(_readings(plan, traced, made))[:1]:
        claim = Claim(ZERO, "=", layer_output(made, reading, at), {})
        shown = confirmed_output(plan, traced, claim, None, fixed)
        if shown is not None:
            notes = (f"found by numbers alone: {unknown.detail}",)
            cause = f"it is not {made.name}"
            return replace(
                unknown,
                verdict=Verdict.REFUTED,
                counterexample=shown,
                diagnosis=cause,
                detail="",
                notes=notes,
            )
    return unknown


def _likeliest_first(name: str) -> list[str]:
    """The layers, those first whose name the function's name speaks of."""
    return sorted(LAYERS, key=lambda layer_name: not _says(layer_name, name))


def _says(layer_name: str, name: str) -> bool:
    """True for batch_norm in BatchNorm1d, and in bn_forward."""
    bare = name.rpartition(":")[2].lower()
    initials = "".join(word[0] for word in layer_name.split("_"))
    return layer_name.replace("_", "") in bare.replace("_", "") or initials in bare.split("_")


def _over_runs(runs: list[Run], made: Layer, blank: CodeVerdict) -> CodeVerdict:
    for run in runs:
        found = _decided(run, made, blank)
        if found.verdict is not Verdict.PROVED:
            break
    return found


def _decided(run: Run, made: Layer, blank: CodeVerdict) -> CodeVerdict:
    """Proved with one of the epsilons that the code may mean, else what the first came to."""
    traced = run.traced
    blank = replace(blank, assumptions=traced.assumptions)
    readings = list(_readings(run.plan, traced, made))
    if not readings or len(traced.output.indices) != len(readings[0].x.indices):
        return replace(blank, detail=f"the output's axes are not those of the input of {made.name}")
    first: CodeVerdict | None = None
    for reading in readings:
        found = _with_reading(run, made, reading, blank)
        first = first or found
        if found.verdict is Verdict.PROVED:
            return found
    return first or blank


def _with_reading(run: Run, made: Layer, reading: Reading, blank: CodeVerdict) -> CodeVerdict:
    traced = run.traced
    at = dict(zip(reading.x.indices, traced.output.indices, strict=True))
    right = layer_output(
        made, replace(reading, rows=_at(reading.rows, at), channels=_at(reading.channels, at)), at
    )
    claim = Claim(traced.output.body, "=", right, {})
    blank = replace(blank, notes=(reading.note,) if reading.note else ())
    try:
        decision = decide(claim)
    except (BnsymError, RecursionError) as error:
        return replace(blank, detail=f"{type(error).__name__}: {error}")
    if decision.verdict is Verdict.PROVED:
        return replace(blank, verdict=Verdict.PROVED, needs=decision.needs)
    if decision.witness is None or same_to_rounding(decision.witness):
        return replace(blank, detail=decision.detail or "both sides differ by rounding of a constant alone")
    shown = confirmed_output(run.plan, traced, claim, decision.witness, run.fixed)
    if shown is None:
        return replace(blank, detail="the terms differ, but the code run with numbers does not show it")
    return replace(blank, verdict=Verdict.REFUTED, counterexample=shown, diagnosis=f"it is not {made.name}")


def _at(indices: Indices, at: Mapping[Index, Index]) -> Indices:
    return tuple(at[index] for index in indices)


def _readings(plan: Plan, traced: Traced, made: Layer) -> Iterator[Reading]:
    """One for each number that may be epsilon."""
    data, *others = traced.inputs.values()
    parameters: dict[str, Tensor] = {}
    for tensor in others:
        role = "gamma" if n.plain(tensor.name) in n.SCALE else "beta"
        parameters.setdefault(role if role not in parameters else "beta", tensor)
    channels = _channels(data, parameters)
    rows = tuple(index for index in data.indices if index not in channels)
    for epsilon, note in _epsilons(traced):
        yield Reading(data, parameters, rows, channels, epsilon, note)


def _channels(data: Tensor, parameters: Mapping[str, Tensor]) -> Indices:
    """The factors of x's axes that the parameters lie on; the last axis, where there are no parameters."""
    on = {index.high for tensor in parameters.values() for index in tensor.indices}
    return tuple(index for index in data.indices if index.high in on) or tuple(data.axes[-1])


def _epsilons(traced: Traced) -> Iterator[tuple[Term, str]]:
    """The scalar called eps, or a small number in the code, or none."""
    known = [symbol for name, symbol in traced.scalars.items() if n.plain(name) in n.EPSILON]
    nodes = list(subterms(traced.output.body))
    if known:
        yield Symbol(known[0], Sign.POSITIVE), ""
        return
    small = {node.value for node in nodes if isinstance(node, Number) and 0 < node.value < LARGEST_EPSILON}
    for value in sorted(small):
        yield (
            number(value),
            f"epsilon is {float(value)} in the code",
        )
    yield ZERO, "the code has no epsilon"


def layer_output(made: Layer, reading: Reading, at: Mapping[Index, Index]) -> Term:
    """The layer's output in the user's axes; `at`: where each index of x stands in the output."""
    body = unfold(made.output.body, made.definitions)
    lists = {made.row: reading.rows, made.channel: reading.channels}
    return _Reader(made, reading, {new: old for old, new in at.items()}).term(body, lists)


@dataclass(frozen=True)
class _Reader:
    """Writes a layer's terms in the user's axes."""

    made: Layer
    reading: Reading
    back: Mapping[Index, Index]

    def term(self, term: Term, lists: Mapping[Index, Indices]) -> Term:
        match term:
            case Sum(index, body):
                return self._sum(index, body, lists)
            case Entry(tensor, places) if tensor is self.made.input:
                chosen = [i for place in places if isinstance(place, Index) for i in lists[place]]
                own = (*self._own(True), *self._own(False))
                return substitute(self.reading.x.body, dict(zip(own, chosen, strict=True)))
            case Entry(tensor, (Index() as place,)):
                return self._parameter(tensor.name, lists[place])
            case Size(name):
                return mul(*(index.high for index in self._own(name == _size_name(self.made.row))))
            case Symbol() if term is self.made.constant:
                return self.reading.epsilon
            case _:
                return rebuild(term, lambda inner: self.term(inner, lists))

    def _own(self, rows: bool) -> Indices:
        """The row or channel factors as x itself has them."""
        chosen = self.reading.rows if rows else self.reading.channels
        return tuple(self.back.get(index, index) for index in chosen)

    def _sum(self, index: Index, body: Term, lists: Mapping[Index, Indices]) -> Term:
        factors = self._own(index.high is self.made.row.high)
        fresh = tuple(Index(f"{index.name}_{factor.name}", factor.low, factor.high) for factor in factors)
        total = self.term(body, {**lists, index: fresh})
        for each in reversed(fresh):
            total = Sum(each, total)
        return total

    def _parameter(self, name: str, places: Indices) -> Term:
        tensor = self.reading.parameters.get(name)
        if tensor is None:
            return ONE if name == "gamma" else ZERO
        if not tensor.indices:
            return tensor.body
        own = dict(zip((index.high for index in self._own(False)), places, strict=True))
        return substitute(tensor.body, {index: own[index.high] for index in tensor.indices})


def _size_name(index: Index) -> str:
    return index.high.name if isinstance(index.high, Size) else ""
