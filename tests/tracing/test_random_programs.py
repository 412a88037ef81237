"""Programs by chance, with writes through views: what is traced is what NumPy calculates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracing.oracle import Program, axes_of, compare, length
from tracing.random_programs import NAMES, Step, follow, legal

from bnsym.tracing import SymbolicLoopError, UnsupportedCallError

SHAPES = ("N D", "D", "N D H", "N 3", "1 D")
GENERAL = {"N": 7, "D": 11, "H": 5}  # no step is legal by chance
SIZES = tuple({"N": n, "D": d, "H": h} for n, d, h in ((2, 4, 2), (1, 3, 2), (2, 1, 1), (1, 1, 1)))

STEPS = st.lists(
    st.builds(Step, st.sampled_from(NAMES), st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)),
    min_size=1,
    max_size=9,
)


FIXED = ({}, {"D": 3}, {"N": 2, "D": 3})


def program(steps: list[Step], fixed: dict[str, int]) -> Program:
    rng = np.random.default_rng(5)
    sizes = {**GENERAL, **fixed}
    arrays = [rng.uniform(0.5, 2, [length(s, sizes) for s in axes_of(shape)]) for shape in SHAPES]
    kept = legal(steps, arrays)
    return Program(str(kept), lambda *given: follow(kept, *given), SHAPES, fixed, sizes=SIZES)


def same_as_numpy(steps: list[Step], fixed: dict[str, int]) -> bool:
    """False where the tracer refuses, which it may for what it cannot know."""
    try:
        compare(program(steps, fixed))
    except (UnsupportedCallError, SymbolicLoopError):
        return False
    return True


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(STEPS, st.sampled_from(FIXED))
def test_a_program_by_chance_is_what_numpy_calculates(steps, fixed):
    same_as_numpy(steps, fixed)


@pytest.mark.slow
@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.sampled_from(FIXED))
def test_many_programs_by_chance(steps, fixed):
    same_as_numpy(steps, fixed)


def drawn(rng: np.random.Generator) -> list[Step]:
    return [
        Step(str(rng.choice(NAMES)), int(rng.integers(9)), int(rng.integers(9)), int(rng.integers(4)))
        for _ in range(8)
    ]


def test_few_programs_are_refused():
    rng = np.random.default_rng(11)
    answers = [same_as_numpy(drawn(rng), FIXED[k % 3]) for k in range(60)]
    assert sum(answers) >= 42
