"""The kill matrix: which check kills which mutant.  A new mutant is a line in one of four tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from bnsym.errors import CheckError
from bnsym.layers.layer import Layer
from bnsym.verify import mutants_of_any, mutants_of_contract, mutants_of_gradients, mutants_of_values
from bnsym.verify.bench import Bench
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.kernel import Kernel, load
from bnsym.verify.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *mutants_of_gradients.MUTANTS,
    *mutants_of_values.MUTANTS,
    *mutants_of_any.MUTANTS,
    *mutants_of_contract.MUTANTS,
)

KillMatrix = dict[str, dict[str, bool]]


def mutants_of(kernel: Kernel) -> tuple[Mutant, ...]:
    """The mutants that are changes of this kernel."""
    return tuple(mutant for mutant in MUTANTS if mutant.of(kernel))


def kill_matrix(kernel: Kernel | ModuleType | Path, layer: str | Layer) -> KillMatrix:
    """Mutant name -> check name -> killed, for a right kernel of the layer: a file, a module or loaded.

    Raises CheckError if the kernel itself fails a check: what kills it says nothing of its mutants.
    """
    right = kernel if isinstance(kernel, Kernel) else load(kernel, layer)
    bench = Bench(right.layer, right.computed_in)
    failed = [check.name for check in checks_of(right) if not judge(check, right, bench).passed]
    if failed:
        told = f"{len(failed)} checks, the first is {failed[0]!r}"
        raise CheckError(f"kill_matrix: the kernel of {right.name} itself fails {told}; repair it first")
    return matrix(right, bench)


def matrix(kernel: Kernel, bench: Bench) -> KillMatrix:
    """The kill matrix of a kernel that passes every check."""
    checks = checks_of(kernel)
    return {
        mutant.name: {check.name: not judge(check, mutant.change(kernel), bench).passed for check in checks}
        for mutant in mutants_of(kernel)
    }


def survivors(kernel: Kernel, bench: Bench) -> Iterator[str]:
    """The mutants that no check kills; each is only tried until one does."""
    checks = checks_of(kernel)
    for mutant in mutants_of(kernel):
        mutated = mutant.change(kernel)
        if all(judge(check, mutated, bench).passed for check in checks):
            yield mutant.name
