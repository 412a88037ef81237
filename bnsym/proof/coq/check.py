"""Every theorem re-checked by Coq, from a fresh export; exported files are compared with it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bnsym.errors import UsageError
from bnsym.proof.coq.coqc import LIMIT, Coq
from bnsym.proof.coq.exceptions import NOT_CHECKED
from bnsym.proof.coq.export import Exported, export_paths, library

PROCESSES = 2  # coqc takes up to 500 MB each

ACCEPTED, REFUSED, LISTED = "accepted", "refused", "not checked"


@dataclass(frozen=True)
class CoqResult:
    """One theorem: accepted or refused by Coq, or on the list of those that Coq does not check."""

    derivation: str
    theorem: str
    result: str
    detail: str
    seconds: float
    statement: str

    @property
    def as_expected(self) -> bool:
        """True unless Coq refuses the theorem."""
        return self.result != REFUSED


def check_paths(
    paths: Sequence[Path],
    on_result: Callable[[CoqResult], None] = lambda result: None,
    directory: Path | None = None,
    limit: int = LIMIT,
) -> list[CoqResult]:
    """Check the theorems of these scripts (no paths: bnsym's own) with coqc, in their order.

    `directory`: a folder of exported files, each of which must be what these scripts export.  What Coq reads
    is always a fresh export, with at most `limit` seconds of processor time a theorem.
    """
    exported = export_paths(paths)
    strange = [] if directory is None else list(differences(exported, directory))
    for result in strange:
        on_result(result)
    spoiled = {(result.derivation, result.theorem) for result in strange}
    kept = [each for each in exported if (each.derivation, each.theorem) not in spoiled]
    with TemporaryDirectory(prefix="bnsym-coq-") as folder:
        coq = Coq.prepared(Path(folder), limit)
        results = _in_order(kept, coq, on_result)
    return strange + results


def _in_order(
    exported: Sequence[Exported], coq: Coq, on_result: Callable[[CoqResult], None]
) -> list[CoqResult]:
    found: dict[int, CoqResult] = {}
    with ThreadPoolExecutor(PROCESSES) as pool:
        waiting = {pool.submit(judge, coq, each): place for place, each in enumerate(exported)}
        try:
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                on_result(done.result())
        finally:
            pool.shutdown(cancel_futures=True)
    return [found[place] for place in sorted(found)]


def judge(coq: Coq, exported: Exported) -> CoqResult:
    """What Coq says of one theorem."""
    reason = exported.reason or NOT_CHECKED.get((exported.derivation, exported.theorem), "")
    if reason:
        return _result(exported, LISTED, reason)
    judgement = coq.judge(exported.name, exported.text)
    result = ACCEPTED if judgement.accepted else REFUSED
    return _result(exported, result, judgement.detail, judgement.seconds)


def _result(exported: Exported, result: str, detail: str, seconds: float = 0.0) -> CoqResult:
    return CoqResult(exported.derivation, exported.theorem, result, detail, seconds, exported.statement)


def is_export(path: Path) -> bool:
    """True for a folder that holds Coq files."""
    return path.is_dir() and any(path.glob("*.v"))


def differences(exported: Sequence[Exported], directory: Path) -> Iterator[CoqResult]:
    """The exported files that are not what the scripts export: changed, missing, or of no theorem there."""
    if not is_export(directory):
        raise UsageError(
            f"check --coq {directory}: the folder holds no *.v file; export some: export --coq DIR"
        )
    texts = library()
    for name, text in texts.items():
        if (fault := _fault(directory / name, text)) is not None:
            yield CoqResult("support library", name, REFUSED, fault, 0.0, "")
    for each in exported:
        if each.text and (fault := _fault(directory / each.file, each.text)) is not None:
            yield _result(each, REFUSED, fault)
    known = {*texts, *(each.file for each in exported)}
    for path in sorted(directory.glob("*.v")):
        if path.name not in known:
            yield CoqResult("no derivation", path.name, REFUSED, "no theorem of these derivations", 0.0, "")


def _fault(path: Path, text: str) -> str | None:
    if not path.is_file():
        return f"{path.name} is missing; export again"
    held = path.read_bytes().decode("utf-8", errors="replace")
    if held == text:
        return None
    ours, theirs = text.splitlines(), held.splitlines()
    at = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False), 1) if a != b),
        min(len(ours), len(theirs)) + 1,
    )
    return f"{path.name} is not what its derivation exports, first at line {at}; export again"
