"""`bnsym export --coq` and `bnsym check --coq`: what they do, and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bnsym.errors import UsageError
from bnsym.report.progress import Tell
from bnsym.report.rows import Row, Rows
from bnsym.report.summary import INVALID, OK
from bnsym.report.work import Found

if TYPE_CHECKING:
    from bnsym.proof.coq.check import CoqResult
    from bnsym.proof.coq.export import Exported

STYLE = {"accepted": "green", "refused": "bold red", "not checked": "yellow"}


def export(directory: Path, paths: Sequence[Path], tell: Tell) -> Found:
    """Write the theorems of these scripts, or of the project's, into the directory as Coq files."""
    tell("export: reading the derivations")
    from bnsym.proof.coq.export import LIBRARY, export_paths, write

    exported = export_paths(paths)
    if not exported:
        raise UsageError(
            f"bnsym export --coq {directory}: no theorem that is expected to be proved; give scripts"
        )
    write(exported, directory)
    left = [each for each in exported if each.reason]
    line = (
        f"{len(exported) - len(left)} theorems written to {directory}, with a library of {len(LIBRARY)} files"
    )
    trouble = tuple(f"{each.derivation}: {each.theorem} is not exported: {each.reason}" for each in left)
    return Found(line, OK, trouble, tuple(exported))


def check(paths: Sequence[Path], tell: Tell) -> Found:
    """Let Coq check the theorems of these scripts, or of the project's; a folder of exported files too."""
    tell("check: reading the derivations")
    from bnsym.proof.coq.check import check_paths, is_export

    folders = [path for path in paths if is_export(path)]
    if len(folders) > 1:
        raise UsageError("bnsym check --coq: give one folder of exported files at a time")
    done = 0

    def on_result(result: CoqResult) -> None:
        nonlocal done
        done += 1
        tell(f"check: {done} done, {result.derivation}: {result.theorem}")

    tell("check: compiling the support library")
    rest = [path for path in paths if path not in folders]
    results = check_paths(rest, on_result, folders[0] if folders else None)
    if not results:
        raise UsageError("bnsym check --coq: no theorem that is expected to be proved; give derivations")
    return Found(line(results), code(results), tuple(trouble(results)), tuple(results))


def line(results: Sequence[CoqResult]) -> str:
    """`N theorems accepted by Coq, M refused, K not checked`."""
    accepted, refused, left = (sum(r.result == kind for r in results) for kind in STYLE)
    return f"{accepted} theorems accepted by Coq, {refused} refused, {left} not checked"


def code(results: Sequence[CoqResult]) -> int:
    """0, or 4 if anything is refused."""
    return OK if all(result.as_expected for result in results) else INVALID


def trouble(results: Sequence[CoqResult]) -> list[str]:
    """What to tell of each theorem that is refused."""
    return [f"{r.derivation}: {r.theorem} is not accepted: {r.detail}" for r in results if not r.as_expected]


def result_rows(results: Sequence[CoqResult]) -> Rows:
    """derivation and theorem, accepted or refused, ms, why."""
    rows = [
        Row(r.derivation, r.theorem, r.as_expected, r.result, STYLE[r.result], _why(r), r.seconds)
        for r in results
    ]
    return Rows(("derivation, theorem", "Coq", "why not"), rows)


def _why(result: CoqResult) -> str:
    return result.detail if result.as_expected else "see below"


def file_rows(exported: Sequence[Exported]) -> Rows:
    """derivation and theorem, whether it is exported, its file or why not."""
    rows = [
        Row(e.derivation, e.theorem, True, *_written(e), e.file if e.text else e.reason, 0.0)
        for e in exported
    ]
    return Rows(("derivation, theorem", "export", "file, or why not"), rows)


def _written(exported: Exported) -> tuple[str, str]:
    return ("written", "green") if exported.text else ("left out", "yellow")
