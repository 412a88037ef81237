"""Each feature's program, traced and evaluated, is what NumPy calculates."""

from __future__ import annotations

import pytest
from tracing.features_entries import ENTRIES
from tracing.features_idioms import IDIOMS
from tracing.features_memory import IN_MEMORY
from tracing.features_shapes import SHAPES
from tracing.oracle import compare


@pytest.mark.parametrize(
    "program", (*ENTRIES, *SHAPES, *IN_MEMORY, *IDIOMS), ids=lambda program: program.name
)
def test_program_is_what_numpy_calculates(program):
    assert compare(program) >= program.runs
