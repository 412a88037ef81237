"""From a plan to verdicts: for every size, or, where the code loops over one, at sizes that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from bnsym.calculus.normal import Normalizer
from bnsym.errors import BnsymError
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import Decision, decide, holds
from bnsym.tracing import SymbolicLoopError, TracingError
from bnsym.verify.code.agreeing import disagreement
from bnsym.verify.code.by_numbers import refutation
from bnsym.verify.code.claims import GradientClaim, at_positions, gradient_claim, plain_indices
from bnsym.verify.code.confirming import confirmed, same_to_rounding
from bnsym.verify.code.diagnosis import diagnose
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import CodeVerdict
from bnsym.verify.code.symbolic import Traced, trace_plan

BOUNDED = (3, 2)


@dataclass(frozen=True)
class Run:
    """A trace, the sizes that had numbers in it, and the claims about its gradients."""

    plan: Plan
    traced: Traced
    fixed: Mapping[str, int]


def decide_plan(plan: Plan, fixed: Mapping[str, int]) -> list[CodeVerdict]:
    """A verdict for each gradient of the plan."""
    start = perf_counter()
    try:
        runs = traced_runs(plan, fixed)
    except (TracingError, RecursionError) as error:
        return [_believed(_untraced(plan, of, fixed, error), plan, fixed) for of in plan.gradients]
    before = (perf_counter() - start) / max(1, len(plan.gradients))
    return [_believed(_over_runs(runs, of, before), plan, fixed) for of in plan.gradients]


def traced_runs(plan: Plan, fixed: Mapping[str, int]) -> list[Run]:
    """One run for every size; or, of a loop over a size, one for each of a few numbers."""
    try:
        return [Run(plan, trace_plan(plan, fixed), fixed)]
    except SymbolicLoopError as error:
        loose = [size for size in error.sizes if size not in fixed and size in plan.sizes]
        if len(loose) != 1:
            raise
        return [run for number in BOUNDED for run in traced_runs(plan, {**fixed, loose[0]: number})]


def _untraced(plan: Plan, of: str, fixed: Mapping[str, int], error: Exception) -> CodeVerdict:
    """Numbers may still refute; and small sizes may still be traced: those that the tracer names, or all."""
    start, why = perf_counter(), str(error)
    blank = CodeVerdict(
        plan.pair.name, of, plan.gradients[of], Verdict.UNKNOWN, roles=plan.stated(), detail=why
    )
    found = _by_numbers(blank, plan, fixed, f"found by numbers alone: {why}")
    if found.verdict is Verdict.UNKNOWN:
        loose = [size for size in getattr(error, "sizes", ()) if size in plan.sizes]
        found = _at_small_sizes(blank, plan, of, fixed, loose or list(plan.sizes))
    return replace(found, seconds=perf_counter() - start)


def _by_numbers(blank: CodeVerdict, plan: Plan, fixed: Mapping[str, int], note: str) -> CodeVerdict:
    shown = refutation(plan, blank.of, fixed)
    if shown is None:
        return blank
    return replace(blank, verdict=Verdict.REFUTED, counterexample=shown, detail="", notes=(note,))


def _at_small_sizes(
    blank: CodeVerdict, plan: Plan, of: str, fixed: Mapping[str, int], loose: list[str]
) -> CodeVerdict:
    """Proved where the loose sizes have small numbers, entry by entry; else unknown, as it was."""
    sizes = {**{name: BOUNDED[k % 2] for k, name in enumerate(loose)}, **fixed}
    if "G" in sizes:
        sizes |= {name: 4 for name in sizes if name == "C"} | {"G": 2}
    try:
        run = Run(plan, trace_plan(plan, sizes), sizes)
        wanted = gradient_claim(run.traced, of)
        if wanted.trouble or not all(_holds(each) for each in at_positions(wanted)):
            return blank
    except (BnsymError, RecursionError):
        return blank
    return replace(blank, verdict=Verdict.PROVED, bounded=bounds([run]), detail="", notes=(blank.detail,))


def _holds(wanted: GradientClaim) -> bool:
    return holds(wanted.claim.expanded(), Normalizer({}))


def _over_runs(runs: list[Run], of: str, before: float) -> CodeVerdict:
    """A refutation in one run refutes; proofs in all hold for these sizes."""
    start = perf_counter()
    found: list[CodeVerdict] = []
    for run in runs:
        found.append(_decided(run, of))
        if found[-1].verdict is not Verdict.PROVED:
            break
    last = found[-1]
    needs = tuple(dict.fromkeys(plain_indices(need) for each in found for need in each.needs))
    assumptions = tuple(dict.fromkeys(a for each in found for a in each.assumptions))
    seconds = before + perf_counter() - start
    bounded = bounds(runs)
    claim = None if bounded else last.claim
    return replace(last, needs=needs, assumptions=assumptions, bounded=bounded, claim=claim, seconds=seconds)


def bounds(runs: list[Run]) -> str:
    """`C = 2 and 3`, `N = 3`, or nothing."""
    names = dict.fromkeys(name for run in runs for name in run.fixed)
    values = {name: sorted({run.fixed[name] for run in runs if name in run.fixed}) for name in names}
    return ", ".join(f"{name} = {' and '.join(map(str, numbers))}" for name, numbers in values.items())


def _decided(run: Run, of: str) -> CodeVerdict:
    plan, traced = run.plan, run.traced
    blank = CodeVerdict(
        plan.pair.name,
        of,
        plan.gradients[of],
        Verdict.UNKNOWN,
        assumptions=traced.assumptions,
        roles=plan.stated(),
    )
    try:
        wanted = gradient_claim(traced, of)
        if wanted.note and not wanted.trouble:
            blank = replace(blank, notes=(wanted.note,))
        decision, claim = _decision(wanted)
        if wanted.trouble:
            return _misshapen(blank, run, wanted)
        if decision.verdict is Verdict.PROVED:
            return replace(blank, verdict=Verdict.PROVED, needs=decision.needs, claim=wanted.claim)
        if decision.witness is None:
            return _by_numbers(
                replace(blank, detail=decision.detail), plan, run.fixed, "found by numbers alone"
            )
        return _refuted(blank, run, claim, decision)
    except (BnsymError, RecursionError) as error:
        unknown = replace(blank, detail=f"{type(error).__name__}: {error}")
        return _by_numbers(unknown, plan, run.fixed, "found by numbers alone")


def _believed(found: CodeVerdict, plan: Plan, fixed: Mapping[str, int]) -> CodeVerdict:
    """A proof, unless the code run with numbers contradicts it: then it did something else when traced."""
    start = perf_counter()
    if found.verdict is not Verdict.PROVED:
        return found
    other = disagreement(plan, found.of, fixed, found.assumptions)
    if other is None:
        return replace(found, seconds=found.seconds + perf_counter() - start)
    if other.missing:
        why = f"run with numbers at {other}, it returns nan or inf where the right gradient is a number"
        return replace(found, notes=(*found.notes, why))
    why = f"it is right as it was traced{_under(found)}, but not when it is run with numbers at {other}"
    blank = replace(found, verdict=Verdict.UNKNOWN, needs=(), claim=None, bounded="")
    if other.shown is None:
        return replace(blank, detail=why)
    return replace(blank, verdict=Verdict.REFUTED, counterexample=other.shown, notes=(*found.notes, why))


def _under(proved: CodeVerdict) -> str:
    said = [f"for {proved.bounded}"] if proved.bounded else []
    return f" ({', '.join([*said, *proved.assumptions])})" if said or proved.assumptions else ""


def _decision(wanted: GradientClaim) -> tuple[Decision, GradientClaim]:
    """The decision of the claim at generic positions, or position by position where ranges are numbers."""
    if wanted.trouble:
        return Decision(Verdict.UNKNOWN, detail=wanted.trouble), wanted
    decision = decide(wanted.claim)
    if decision.verdict is not Verdict.UNKNOWN:
        return decision, wanted
    parts = [(decide(each.claim), each) for each in at_positions(wanted)]
    for part, each in parts:
        if part.verdict is not Verdict.PROVED:
            return part, each
    if not parts:
        return decision, wanted
    needs = tuple(dict.fromkeys(need for part, _ in parts for need in part.needs))
    return Decision(Verdict.PROVED, needs=needs), wanted


def _refuted(blank: CodeVerdict, run: Run, wanted: GradientClaim, decision: Decision) -> CodeVerdict:
    """Refuted once numbers confirm it."""
    witness = decision.witness
    if witness is None or same_to_rounding(witness):
        why = f"both sides differ by rounding of a constant alone, at {witness}"
        return replace(blank, detail=why)
    shown = confirmed(run.plan, run.traced, blank.of, wanted, witness, run.fixed)
    if shown is None:
        why = f"the terms differ at {witness}, but the code run with numbers does not show it"
        return replace(blank, detail=why)
    cause = diagnose(run.traced, blank.of, wanted)
    return replace(blank, verdict=Verdict.REFUTED, counterexample=shown, diagnosis=cause)


def _misshapen(blank: CodeVerdict, run: Run, wanted: GradientClaim) -> CodeVerdict:
    """A gradient of another shape than its input's is none; but a shape that was guessed decides nothing."""
    said = f"the gradient {wanted.trouble}"
    if blank.of in run.plan.guessed:
        shape = ",".join(traced_shape(run, blank.of))
        advice = f"that shape was guessed: say it, --arg {blank.of}={shape}, or another, to have it decided"
        return replace(blank, detail=f"{said}; {advice}")
    return replace(blank, verdict=Verdict.REFUTED, diagnosis=said)


def traced_shape(run: Run, of: str) -> tuple[str, ...]:
    """The shape that an input was given."""
    return run.traced.inputs[of].shape
