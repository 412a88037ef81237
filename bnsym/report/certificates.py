"""`bnsym prove --certificates` and `bnsym check`: what they do, and what they show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bnsym.errors import UsageError
from bnsym.proof.replay import Replayed, Result
from bnsym.report import summary
from bnsym.report.progress import Tell
from bnsym.report.rows import Row, Rows
from bnsym.report.work import Found

if TYPE_CHECKING:
    from bnsym.proof.archive import Archived

STYLE = {Result.VALID: "green", Result.INVALID: "bold red", Result.UNREADABLE: "bold red"}
_ASSUMED = re.compile(r" (?:nonzero|nonnegative|positive)$|^\w+ >= (?!1$)")  # all sizes are >= 1
CODES = {Result.VALID: summary.OK, Result.INVALID: summary.INVALID, Result.UNREADABLE: summary.USAGE}


def prove(paths: Sequence[Path], directory: Path, tell: Tell) -> Found:
    """Check derivations, and write a certificate for each theorem that is proved."""
    tell("prove: reading the derivations")
    from bnsym.proof.archive import archive_paths

    found = archive_paths(paths, directory, lambda title: tell(f"prove: {title}"))
    if not found.outcomes:
        where = ", ".join(map(str, paths)) or "the project's derivations"
        raise UsageError(f"bnsym prove: no claims in {where}; give files or folders that make claims")
    trouble = (*summary.outcome_trouble(found.outcomes), *_remarks(found, directory))
    line = f"{summary.proof_line(found.outcomes)}; {_written(found, directory)}"
    return Found(line, summary.proof_code(found.outcomes), trouble, found.outcomes)


def _written(found: Archived, directory: Path) -> str:
    """How many certificates there are now, and what else happened to the folder."""
    count = sum(bool(outcome.certificate) for outcome in found.outcomes)
    line = f"{_certificates(count)} of {found.size:,} bytes in {directory}"
    removed = f", {len(found.removed)} stale removed" if found.removed else ""
    return f"{line}{removed}, {found.others} of other derivations" if found.others else f"{line}{removed}"


def _certificates(count: int) -> str:
    return f"{count} certificate{'' if count == 1 else 's'}"


def _remarks(found: Archived, directory: Path) -> list[str]:
    return [
        f"{directory / name} is stale: its theorem is gone; someone has changed the file, so it was left"
        for name in found.left
    ]


def check(paths: Sequence[Path], tell: Tell) -> Found:
    """Replay certificates: files, and the *.json in folders; kernels with theirs."""
    from bnsym.kernels.belonging import is_kernel, kernels_in, replay_kernel
    from bnsym.proof.replay import replay, replay_folder

    if not paths:
        raise UsageError("bnsym check: check what?  Give certificates, or folders of them or of kernels")
    found: list[Replayed] = []
    for path in paths:
        tell(f"check: {path}")
        kernels = [path] if is_kernel(path) else kernels_in(path)
        found += (each for kernel in kernels for each in replay_kernel(kernel))
        if path.is_dir() and (not kernels or any(path.glob("*.json"))):
            found += replay_folder(path)
        elif not kernels:
            found.append(replay(path))
    return Found(line(found), code(found), tuple(trouble(found)), tuple(found))


def line(found: Sequence[Replayed]) -> str:
    """`N valid, M invalid, K unreadable`."""
    count = Counter(each.result for each in found)
    steps = sum(each.steps for each in found)
    return f"{', '.join(f'{count[kind]} {kind}' for kind in Result)}; {steps} steps replayed"


def code(found: Sequence[Replayed]) -> int:
    """0 if all are valid, 4 if one is invalid, else 2."""
    return summary.worst(CODES[each.result] for each in found)


def trouble(found: Sequence[Replayed]) -> list[str]:
    """The file and the reason, of each that is not valid."""
    return [f"{each.file} is {each.result}: {each.reason}" for each in found if not each.as_expected]


def replay_rows(found: Sequence[Replayed]) -> Rows:
    """folder and file, valid or not, ms, the statement with its needs or why not."""
    rows = []
    for each in found:
        path = Path(each.file)
        shown = _proved(each, path.stem) if each.as_expected else "see below"
        rows.append(
            Row(
                str(path.parent),
                path.name,
                each.as_expected,
                each.result,
                STYLE[each.result],
                shown,
                each.seconds,
            )
        )
    return Rows(("file", "result", "what it proves, needs, steps"), rows)


def _proved(found: Replayed, stem: str) -> str:
    if not found.theorem:
        return found.statement
    name = "" if found.theorem == stem else f"{found.theorem}: "
    conditions = [row for row in found.given if _ASSUMED.search(row)] + list(found.needs)
    needs = f"needs {', '.join(conditions)}; " if conditions else ""
    steps = f"{found.steps} step{'' if found.steps == 1 else 's'}"
    return f"{name}{found.statement}; {needs}{steps}"
