"""What each command does, and what it found: one line, an exit code, what failed, the items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bnsym.errors import UsageError
from bnsym.report import summary
from bnsym.report.progress import Tell
from bnsym.report.trouble import explain

BACKENDS = NUMPY, C = "numpy", "c"


@dataclass(frozen=True)
class Found:
    """What some work came to; `items` are outcomes, generated files, check results or phases.

    `kill_matrix` has, by kernel, which check kills which mutant, where that was asked for.
    """

    summary: str
    exit_code: int
    trouble: tuple[str, ...] = ()
    items: tuple[Any, ...] = ()
    kill_matrix: Mapping[str, Mapping[str, Mapping[str, bool]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Phase:
    """A part of `bnsym run`.  `found` is None if it was not run, since one before it raised."""

    name: str
    seconds: float
    found: Found | None


def prove(paths: Sequence[Path], tell: Tell) -> Found:
    """Check the derivations of these files and folders; of the project, if there are none."""
    tell("prove: reading the derivations")
    from bnsym.proof.suite import prove_paths

    outcomes = prove_paths(paths, lambda title: tell(f"prove: {title}"))
    if not outcomes:
        where = ", ".join(map(str, paths)) or "the project's derivations"
        raise UsageError(f"bnsym prove: no claims in {where}; give files or folders that make claims")
    trouble = tuple(summary.outcome_trouble(outcomes))
    return Found(summary.proof_line(outcomes), summary.proof_code(outcomes), trouble, tuple(outcomes))


def generate(layers: Sequence[str] | None, directory: Path, tell: Tell, backend: str = NUMPY) -> Found:
    """Write the kernels of these layers into the directory; of all layers, if `layers` is None."""
    tell("generate: planning")
    if backend == C:
        return _generate_c(layers or (), directory, tell)
    from bnsym.layers.table import LAYERS
    from bnsym.verify.emitted.generate import generate as write

    files = []
    for layer in LAYERS if layers is None else layers:
        tell(f"generate: {layer}")
        files.append(write(layer, directory))
    return Found(summary.file_line(files), summary.OK, items=tuple(files))


def _generate_c(layers: Sequence[str], directory: Path, tell: Tell) -> Found:
    from bnsym.kernels.c.generate import generate as write

    files = []
    for layer in layers:
        tell(f"generate: {layer} in C")
        files += write(layer, directory)
    names = ", ".join(file.path.name for file in files)
    return Found(f"{len(files)} files written: {names}", summary.OK, items=tuple(files))


def verify(directory: Path, tell: Tell, kill_matrix: bool = False) -> Found:
    """Check the kernels in the directory numerically; with the whole kill matrix of each, if wanted."""
    if not directory.is_dir():
        advice = f"write kernels first: bnsym generate batch_norm -o {directory}"
        raise UsageError(f"bnsym verify: {directory} is not a folder; {advice}")
    tell("verify: reading the kernels")
    from bnsym.verify.run import verify_directory

    matrices: dict[str, Mapping[str, Mapping[str, bool]]] = {}
    results = verify_directory(
        directory,
        lambda result: tell(f"verify: {result.kernel}: {result.check}"),
        matrices.__setitem__ if kill_matrix else None,
    )
    if not results:
        advice = f"write some: bnsym generate batch_norm -o {directory}"
        raise UsageError(f"bnsym verify: no kernels in {directory}; {advice}")
    trouble = tuple(summary.check_trouble(results))
    return Found(summary.check_line(results), summary.check_code(results), trouble, tuple(results), matrices)


def everything(directory: Path, tell: Tell) -> Found:
    """Prove the project's derivations, generate every layer into the directory, verify what is there."""
    phases = in_order(
        {
            "prove": lambda: prove((), tell),
            "generate": lambda: generate(None, directory, tell),
            "verify": lambda: verify(directory, tell),
        }
    )
    found = [phase.found for phase in phases if phase.found]
    code = summary.worst(each.exit_code for each in found)
    trouble = tuple(text for each in found for text in each.trouble)
    return Found(summary.EXIT_CODES[code], code, trouble, tuple(phases))


def in_order(parts: Mapping[str, Callable[[], Found]]) -> list[Phase]:
    """Do the parts in order.  A part that finds failures does not stop the rest; one that raises does."""
    phases: list[Phase] = []
    stopped = False
    for name, part in parts.items():
        if stopped:
            phases.append(Phase(name, 0.0, None))
            continue
        start = perf_counter()
        try:
            found = part()
        except (Exception, SystemExit) as error:
            told = explain(error)
            if told is None:
                raise
            found, stopped = Found("stopped by an error", told.exit_code, (f"error: {told.message}",)), True
        phases.append(Phase(name, perf_counter() - start, found))
    return phases
