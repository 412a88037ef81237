"""Runs a program twice, traced and with NumPy's numbers, and compares; shares no code with the tracer.

The traced results are terms: they are evaluated at concrete sizes and values by `terms.evaluate`.
"""

from __future__ import annotations

import copy
import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.terms.nodes import Index, Sign, Term
from bnsym.tracing import Dim, Trace, TracedArray, explore

# Different primes where that can be, so that no two axes match by chance; then the degenerate sizes.
SIZES: tuple[dict[str, int], ...] = (
    {"N": 3, "D": 5, "C": 4, "G": 2, "H": 2, "W": 3, "T": 2, "M": 3},
    {"N": 2, "D": 1, "C": 3, "G": 3, "H": 1, "W": 2, "T": 1, "M": 2},
    {"N": 1, "D": 2, "C": 2, "G": 1, "H": 3, "W": 1, "T": 3, "M": 1},
    {"N": 1, "D": 1, "C": 1, "G": 1, "H": 1, "W": 1, "T": 1, "M": 1},
)


class Floats:
    """Python's floats for `terms.evaluate`."""

    def number(self, value: Fraction) -> float:
        return float(value)

    def sqrt(self, value: float) -> float:
        if value < 0:
            raise UndefinedValueError("the root of a negative number")
        return math.sqrt(value)

    def is_zero(self, value: float) -> bool:
        return value == 0


class Unset(dict[str, Any]):
    """Scalars; what np.empty leaves in memory is some number."""

    def __missing__(self, name: str) -> float:
        if not name.startswith("uninitialized"):
            raise KeyError(name)
        return 1.75


@dataclass
class Seen:
    """What is left of a result after its trace: lengths of the factors of each axis, indices, entry."""

    axes: tuple[tuple[Index, ...], ...]
    body: Term


@dataclass
class Traced:
    """All results of a program, its arguments as it left them, and what its trace assumed."""

    results: list[Seen]
    splits: Mapping[str, tuple[Dim, Dim]]
    least: Mapping[str, int]
    assumptions: tuple[str, ...]
    inputs: dict[str, Seen] = field(default_factory=dict)


def flat(result: Any) -> Iterator[Any]:
    """The arrays and numbers in nested tuples, lists and dicts."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, tuple | list):
        for item in result:
            yield from flat(item)
    elif result is not None and not isinstance(result, str | bool | np.bool_):
        yield result


def axes_of(text: str) -> list[str]:
    """The axes that "N C*H*W" names; none for ""."""
    return text.split()


def length(size: str, sizes: Mapping[str, int]) -> int:
    return math.prod(sizes[part] if part in sizes else int(part) for part in size.split("*"))


def seen(value: Any) -> Seen:
    from bnsym.tracing.array import lift

    array: TracedArray = lift(value)
    return Seen(array.indices, array.body)


def trace(
    program: Callable[..., Any], shapes: Sequence[str], fixed: Mapping[str, int], extra: Mapping[str, Any]
) -> Traced:
    """The program on free arrays x0, x1, ... ; `extra` are keyword arguments, sizes by their names."""

    def attempt(one: Trace) -> Traced:
        arrays = [
            one.tensor(f"x{k}", axes_of(text), Sign.POSITIVE)
            if text.strip()
            else one.scalar(f"x{k}", Sign.POSITIVE)
            for k, text in enumerate(shapes)
        ]
        inputs = {f"x{k}": seen(array) for k, array in enumerate(arrays)}
        named = {key: one.dim(value) if isinstance(value, str) else value for key, value in extra.items()}
        result = one.call(program, *arrays, **named)
        changed = [array for array, text in zip(arrays, shapes, strict=True) if text.strip()]
        return Traced(
            [seen(value) for value in (*flat(result), *changed)],
            dict(one.state.splits),
            dict(one.state.least),
            one.assumptions,
            inputs,
        )

    return explore(attempt, dict(fixed))


def atomic_sizes(traced: Traced, sizes: Mapping[str, int]) -> dict[str, int] | None:
    """The sizes with the factors that the trace split them into; None where they do not divide."""
    known = dict(sizes)
    for name, (first, second) in traced.splits.items():
        given, other = value_of(first, known), second
        if given is None:
            given, other = value_of(second, known), first
        if given is None or known[name] % given:
            return None
        known[other.names[0]] = known[name] // given
    return None if any(known.get(name, least) < least for name, least in traced.least.items()) else known


def holds(traced: Traced, known: Mapping[str, int]) -> bool:
    """True where what the trace assumed of sizes is so at these."""
    told = [text for text in traced.assumptions if not text.endswith("as text decides nothing")]
    texts = [text for text in told if text.split(" = ")[0] not in traced.splits]
    return all(eval(text, {}, dict(known)) for text in texts)


def value_of(dim: Dim | int, known: Mapping[str, int]) -> int | None:
    if type(dim) is int:
        return dim
    total = Fraction(0)
    for row, factor in dim.parts:
        if any(name not in known for name, _ in row):
            return None
        total += factor * math.prod(known[name] ** exponent for name, exponent in row)
    return int(total)


def instance(traced: Traced, known: Mapping[str, int], arrays: Sequence[Any]) -> Instance:
    """The arrays' numbers under the places that the terms use: one for each factor of an axis, from 1."""
    scalars: dict[str, Any] = Unset()
    entries = {}
    for k, values in enumerate(arrays):
        if np.ndim(values) == 0:
            scalars[f"x{k}"] = float(values)
            continue
        lengths = [factor(index, known) for axis in traced.inputs[f"x{k}"].axes for index in axis]
        split = np.reshape(values, lengths)
        for at in np.ndindex(*lengths):
            entries[f"x{k}", tuple(place + 1 for place in at)] = float(split[at])
    return Instance(dict(known), scalars, entries)


def factor(index: Index, known: Mapping[str, int]) -> int:
    return Evaluator(Instance(dict(known), {}, {}), Floats()).integer(index.high, {})


def evaluated(result: Seen, evaluator: Evaluator, known: Mapping[str, int]) -> Any:
    """The numbers of a traced result."""
    lengths = [[factor(index, known) for index in axis] for axis in result.axes]
    indices = [index for axis in result.axes for index in axis]
    ranges = [range(1, k + 1) for axis in lengths for k in axis]
    numbers = [
        evaluator.value(result.body, dict(zip(indices, at, strict=True))) for at in itertools.product(*ranges)
    ]
    return np.array(numbers, dtype=float).reshape([math.prod(axis) for axis in lengths])


@dataclass(frozen=True)
class Program:
    """A row: a name, a function, and a shape for each of its arrays ("" for a positive number).

    `extra`: keyword arguments; a text is a size.  `sizes` replaces the usual ones; `runs`: at least at so
    many of them the trace's assumptions hold.
    """

    name: str
    run: Callable[..., Any]
    shapes: tuple[str, ...]
    fixed: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    sizes: tuple[dict[str, int], ...] = SIZES
    runs: int = 1


def compare(program: Program, seed: int = 0) -> int:
    """Trace, run with numbers at each sizes that the trace speaks of, compare; at how many."""
    traced = trace(program.run, program.shapes, program.fixed, program.extra)
    rng = np.random.default_rng(seed)
    done = 0
    for sizes in program.sizes:
        done += compare_at(program, traced, {**sizes, **program.fixed}, rng)
    return done


def compare_at(program: Program, traced: Traced, sizes: Mapping[str, int], rng: np.random.Generator) -> bool:
    known = atomic_sizes(traced, sizes)
    if known is None or not holds(traced, known):
        return False
    arrays = [
        rng.uniform(0.5, 2, [length(size, sizes) for size in axes_of(text)]) if text.strip() else 0.3
        for text in program.shapes
    ]
    evaluator = Evaluator(instance(traced, known, arrays), Floats())
    named = {k: length(v, sizes) if isinstance(v, str) else v for k, v in program.extra.items()}
    given = copy.deepcopy(arrays)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = program.run(*given, **named)
    wanted = [np.asarray(value, dtype=float) for value in (*flat(result), *(a for a in given if np.ndim(a)))]
    if len(wanted) != len(traced.results):
        raise AssertionError(f"{len(traced.results)} results, with numbers {len(wanted)}")
    for k, (ours, theirs) in enumerate(zip(traced.results, wanted, strict=True)):
        agree(f"{program.name}, value {k} at {sizes}", ours, theirs, evaluator, known)
    return True


def agree(what: str, ours: Seen, theirs: Any, evaluator: Evaluator, known: Mapping[str, int]) -> None:
    try:
        numbers = evaluated(ours, evaluator, known)
    except UndefinedValueError:
        if np.all(np.isfinite(theirs)):
            raise
        return
    if numbers.shape != theirs.shape:
        raise AssertionError(f"{what}: shape {numbers.shape}, with numbers {theirs.shape}")
    np.testing.assert_allclose(numbers, theirs, rtol=1e-9, atol=1e-9, err_msg=what)
