"""A refutation is believed once the user's own function, run with numbers, shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.proof.claims import Claim
from bnsym.proof.witness import Witness
from bnsym.terms.evaluate import Evaluator
from bnsym.terms.nodes import Sign, Size
from bnsym.terms.walk import subterms
from bnsym.verify.code import places
from bnsym.verify.code.claims import GradientClaim
from bnsym.verify.code.counterexample import told
from bnsym.verify.code.floats import array_of, evaluator, integer
from bnsym.verify.code.numbers import Numbers, length
from bnsym.verify.code.plan import Plan
from bnsym.verify.code.result import Counterexample
from bnsym.verify.code.roles import Upstream
from bnsym.verify.code.running import run_backward, run_forward
from bnsym.verify.code.symbolic import Traced

DRAWS = 12
APART, CLOSE = 1e-6, 1e-4
STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
_NO_VALUE = (UndefinedValueError, ArithmeticError, ValueError, TypeError, IndexError, AssertionError)


@dataclass(frozen=True)
class Input:
    """Numbers for everything that the plan needs; `sizes` those of the terms."""

    sizes: Mapping[str, int]
    lengths: Mapping[str, int]
    arrays: Mapping[str, Any]
    scalars: Mapping[str, float]
    upstream: Any


def confirmed(
    plan: Plan, traced: Traced, of: str, wanted: GradientClaim, witness: Witness, fixed: Mapping[str, int]
) -> Counterexample | None:
    """The witness, or integer values near it, at which the user's numbers are wrong; else None."""
    right = wanted.claim.expanded().right
    for given in _inputs(plan, traced, witness, fixed):
        try:
            shown = _shown(plan, traced, of, wanted, right, given)
        except _NO_VALUE:
            continue
        if shown is not None:
            return shown
    return None


def confirmed_output(
    plan: Plan, traced: Traced, claim: Claim, witness: Witness | None, fixed: Mapping[str, int]
) -> Counterexample | None:
    """An input at which the user's forward, run with numbers, is not what `claim.right` says."""
    for given in _inputs(plan, traced, witness, fixed):
        try:
            names = run_forward(plan, _numbers(plan, given))
            returned = np.array(names["output"], dtype=float)
            values = _evaluator(traced, given)
            true = array_of(claim.right, traced.output.indices, returned.shape, values)
        except _NO_VALUE:
            continue
        apart = _apart(returned, true)
        at = np.unravel_index(int(np.argmax(apart)), true.shape)
        if apart[at] > APART * max(1.0, float(np.abs(true).max())):
            return told(plan, given.arrays, given.scalars, returned, true, tuple(int(k) for k in at))
    return None


def _inputs(plan: Plan, traced: Traced, witness: Witness | None, fixed: Mapping[str, int]) -> Iterator[Input]:
    """The witness itself, then integers at its sizes and at larger ones."""
    if witness is not None:
        yield _input(plan, traced, witness.sizes, fixed, witness, None)
    smallest = witness.sizes if witness is not None else dict.fromkeys(_atoms(traced), 2)
    for draw in range(DRAWS):
        more = draw * 2 // DRAWS
        sizes = {name: value + more for name, value in smallest.items()}
        yield _input(plan, traced, sizes, fixed, None, np.random.default_rng(draw))


def _input(
    plan: Plan,
    traced: Traced,
    sizes: Mapping[str, int],
    fixed: Mapping[str, int],
    witness: Witness | None,
    random: np.random.Generator | None,
) -> Input:
    atoms = {**dict.fromkeys(_atoms(traced), 2), **sizes}
    lengths = {**{name: integer(term, atoms) for name, term in traced.sizes.items()}, **fixed}
    values = _Values(witness, random)
    roles = plan.arrays
    arrays = {
        key: values.array(
            tensor.name, [length(s, lengths) for s in roles[key].shape], tensor, atoms, roles[key].sign
        )
        for key, tensor in traced.inputs.items()
    }
    shape = [
        int(np.prod([integer(index.high, atoms) for index in axis], dtype=int))
        for axis in traced.upstream.axes
    ]
    upstream = values.array(traced.upstream.name, shape, traced.upstream, atoms, Sign.REAL)
    scalars = {name: values.scalar(symbol) for name, symbol in traced.scalars.items()}
    return Input(atoms, lengths, arrays, scalars, upstream)


def _atoms(traced: Traced) -> set[str]:
    """The names of all sizes in the terms of sizes."""
    nodes = (node for term in traced.sizes.values() for node in subterms(term))
    return {node.name for node in nodes if isinstance(node, Size)}


@dataclass
class _Values:
    """Values from a witness, or drawn integers."""

    witness: Witness | None
    random: np.random.Generator | None

    def array(self, name: str, shape: list[int], tensor: Any, atoms: Mapping[str, int], sign: Sign) -> Any:
        lengths = [integer(index.high, atoms) for index in tensor.indices]
        lowest = 1 if sign in (Sign.POSITIVE, Sign.NONZERO) else 0 if sign is Sign.NONNEGATIVE else -3
        if self.random is not None:
            return self.random.integers(lowest, 4, shape).astype(float)
        flat = np.full(lengths, float(max(lowest, 0)))
        entries = self.witness.entries if self.witness else {}
        for at in np.ndindex(*lengths):
            flat[at] = float(entries.get((name, tuple(k + 1 for k in at)), flat[at]))
        if not lengths and self.witness:
            flat = np.array(float(self.witness.scalars.get(name, Fraction(max(lowest, 0)))))
        return flat.reshape(shape)

    def scalar(self, symbol: str) -> float:
        """A scalar; where the witness does not read it, 1."""
        return float(self.witness.scalars.get(symbol, Fraction(1))) if self.witness else 1.0


def _shown(
    plan: Plan, traced: Traced, of: str, wanted: GradientClaim, right: Any, given: Input
) -> Counterexample | None:
    """The counterexample at this input if the user's numbers are wrong there, and differences say so too."""
    returned = _returned(plan, of, given)
    true = _right(traced, of, wanted, right, given)
    if returned.shape != true.shape and returned.size == true.size:
        returned = returned.reshape(true.shape)
    if returned.shape != true.shape:
        at = np.unravel_index(int(np.argmax(np.abs(true))), true.shape)
    else:
        apart = _apart(returned, true)
        at = np.unravel_index(int(np.argmax(apart)), true.shape)
        if not apart[at] > APART * max(1.0, float(np.abs(true).max())):
            return None
    slope = _slope(plan, of, given, at, float(true[at]))
    if slope is None:
        return None
    return told(plan, _all_arrays(plan, given), given.scalars, returned, true, tuple(int(k) for k in at))


def _apart(returned: Any, true: Any) -> Any:
    """How far the entries are apart; infinitely where one is no number."""
    apart = np.abs(returned - true)
    return np.where(np.isfinite(apart), apart, np.inf)


def _returned(plan: Plan, of: str, given: Input) -> Any:
    numbers = _numbers(plan, given)
    names = run_forward(plan, numbers)
    run_backward(plan, numbers, names)
    return np.array(places.read(plan.gradients[of], names), dtype=float)


def _numbers(plan: Plan, given: Input) -> Numbers:
    return Numbers(given.lengths, _all_arrays(plan, given), dict(given.scalars))


def _all_arrays(plan: Plan, given: Input) -> dict[str, Any]:
    """The upstream's among them."""
    upstream = {name: given.upstream for name, role in plan.hands.items() if isinstance(role, Upstream)}
    return {**given.arrays, **upstream}


def _right(traced: Traced, of: str, wanted: GradientClaim, right: Any, given: Input) -> Any:
    return array_of(right, wanted.at, np.shape(given.arrays[of]), _evaluator(traced, given))


def _evaluator(traced: Traced, given: Input) -> Evaluator:
    tensors = {tensor.name: (tensor, given.arrays[key]) for key, tensor in traced.inputs.items()}
    tensors.setdefault(traced.upstream.name, (traced.upstream, given.upstream))
    scalars = {symbol: given.scalars[name] for name, symbol in traced.scalars.items()}
    return evaluator(given.sizes, scalars, tensors)


def _slope(plan: Plan, of: str, given: Input, at: tuple[Any, ...], true: float) -> float | None:
    """The central difference of the user's forward that agrees with the right value, if one does."""
    for step in STEPS:
        losses = []
        for shift in (step, -step):
            moved = np.array(given.arrays[of], dtype=float)
            moved[at] += shift
            numbers = _numbers(plan, Input(**{**vars(given), "arrays": {**given.arrays, of: moved}}))
            output = np.array(run_forward(plan, numbers)["output"], dtype=float)
            losses.append(float(np.sum(given.upstream * output)))
        slope = (losses[0] - losses[1]) / (2 * step)
        if abs(slope - true) <= CLOSE * max(1.0, abs(true)):
            return slope
    return None


def same_to_rounding(witness: Witness) -> bool:
    """True where both sides of a witness agree to 9 digits: a constant such as 1/3 was rounded."""
    left, right = float(witness.left.low), float(witness.right.low)
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right))
