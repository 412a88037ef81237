"""Right kernels for the tests of the checks: generated ones, and ones written by hand."""

import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import settings

from bnsym.layers.table import LAYERS
from bnsym.verify.bench import Bench
from bnsym.verify.kernel import load

BY_HAND = Path(__file__).parent / "verify" / "reference"
SOURCES = ("generated", "by hand")

# CI repeats the same examples; elsewhere each run may find new ones
examples = settings(deadline=None, max_examples=60, derandomize="CI" in os.environ, database=None)


@cache
def folder(source):
    if source == "by hand":
        return BY_HAND
    from bnsym.verify.emitted.generate import generate

    directory = Path(mkdtemp(prefix="bnsym-test-"))
    for layer in LAYERS:
        generate(layer, directory)
    return directory


@cache
def kernel(layer, source="generated"):
    return load(folder(source) / f"{layer}.py", layer)


@cache
def bench(layer):
    return Bench(kernel(layer, "by hand").layer)
