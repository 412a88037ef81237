"""All checks of all kernels in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bnsym.errors import CheckError, UsageError
from bnsym.layers.table import LAYERS
from bnsym.verify.bench import Bench
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.kernel import Kernel, load
from bnsym.verify.mutants import KillMatrix, matrix, mutants_of, survivors

COMPILED = "_c"  # of the modules that call a layer's C
LOADS, MUTANTS = "the module loads", "every mutant killed"

OnMatrix = Callable[[str, KillMatrix], None]


@dataclass(frozen=True)
class CheckResult:
    """What one check of one kernel came to."""

    kernel: str
    check: str
    passed: bool
    detail: str
    seconds: float


def verify_directory(
    directory: Path, on_result: Callable[[CheckResult], None], on_matrix: OnMatrix | None = None
) -> list[CheckResult]:
    """Check each LAYER.py in the folder whose name is a layer's; **the code in these files is run**.

    `on_result` is called after each check; `on_matrix`, if it is given, with each kernel's name and its whole
    kill matrix.  A kernel that cannot be imported, or fails, is a failed check.  Raises UsageError if there
    is no such folder, or no kernel in it.
    """
    if not directory.is_dir():
        raise UsageError(
            f"verify: {directory} is not a folder; write kernels: bnsym generate LAYER -o {directory}"
        )
    files = sorted(path for path in directory.glob("*.py") if path.stem.removesuffix(COMPILED) in LAYERS)
    if not files:
        known = ", ".join(f"{name}.py" for name in LAYERS)
        raise UsageError(
            f"verify: no kernel in {directory} (known: {known}); write one: bnsym generate LAYER -o DIR"
        )
    results = []
    for path in files:
        for result in _of_file(path, on_matrix):
            results.append(result)
            on_result(result)
    return results


def _of_file(path: Path, on_matrix: OnMatrix | None) -> Iterator[CheckResult]:
    start = perf_counter()
    try:
        kernel = load(path, path.stem.removesuffix(COMPILED))
    except CheckError as error:
        yield CheckResult(path.stem, LOADS, False, str(error), perf_counter() - start)
        return
    yield CheckResult(path.stem, LOADS, True, path.name, perf_counter() - start)
    bench = Bench(kernel.layer, kernel.computed_in)
    failed = 0
    for check in checks_of(kernel):
        start = perf_counter()
        verdict = judge(check, kernel, bench)
        failed += not verdict.passed
        yield CheckResult(path.stem, check.name, verdict.passed, verdict.detail, perf_counter() - start)
    yield _mutants(path.stem, kernel, bench, failed, on_matrix)


def _mutants(name: str, kernel: Kernel, bench: Bench, failed: int, on_matrix: OnMatrix | None) -> CheckResult:
    """Whether the checks see each mutant; told only of a right kernel, whose mutants alone are wrong."""
    start = perf_counter()
    if failed:
        told = f"not measured, since the kernel itself fails {failed} checks; repair it first"
        return CheckResult(name, MUTANTS, False, told, 0.0)
    if on_matrix is None:
        alive = list(survivors(kernel, bench))
    else:
        killed = matrix(kernel, bench)
        alive = [mutant for mutant, row in killed.items() if not any(row.values())]
        on_matrix(name, killed)
    total = len(mutants_of(kernel))
    told = f"{total - len(alive)} of {total}" + "".join(f"; {mutant!r} survives" for mutant in alive)
    return CheckResult(name, MUTANTS, not alive, told, perf_counter() - start)
