"""A folder of certificates: one file a theorem that is proved, and SHA256SUMS, the list of what was written.

The list tells which files are this command's own: only those are ever removed.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.proof.certificate import write_certificate
from bnsym.proof.derivation import Derivation
from bnsym.proof.outcome import Outcome, Verdict
from bnsym.proof.replay import LIST, listed
from bnsym.proof.suite import load, own_derivations, scripts
from bnsym.proof.theorems import Theorem

LONGEST = 120  # characters of a file's name


@dataclass(frozen=True)
class Archived:
    """What a folder of certificates came to: outcomes with their files, and what lay there before.

    `removed`: files of theorems that are gone or no longer proved; `left`: such files that someone has
    changed; `others`: how many files of other derivations the list still names; `size` in bytes.
    """

    outcomes: tuple[Outcome, ...]
    size: int
    removed: tuple[str, ...]
    left: tuple[str, ...]
    others: int


def archive_paths(
    paths: Sequence[Path],
    directory: Path,
    on_start: Callable[[str], None] = lambda title: None,
) -> Archived:
    """Decide the theorems of these scripts (none: bnsym's own); write the certificate of each that is proved.

    Nothing is written before all are decided.  A theorem whose certificate cannot be written has the reason
    in its outcome's `uncertified`.
    """
    outcomes: list[Outcome] = []
    texts: dict[str, str] = {}
    for script in scripts(paths or [own_derivations()]):
        for derivation in load(script):
            decided: dict[str, Outcome] = {}
            for theorem in derivation.theorems:
                on_start(f"{derivation.name}: {theorem.name}")
                outcomes.append(_certified(derivation, theorem, derivation.settle(theorem, decided), texts))
    own = [f"{_word(name)}."[:LONGEST] for name in {outcome.derivation: None for outcome in outcomes}]
    try:
        removed, left, others = store(texts, directory, own)
    except OSError as error:
        raise UsageError(f"prove --certificates: cannot write into {directory}: {error.strerror}") from error
    return Archived(tuple(outcomes), sum(map(len, texts.values())), removed, left, others)


def _certified(derivation: Derivation, theorem: Theorem, outcome: Outcome, texts: dict[str, str]) -> Outcome:
    """The outcome with its certificate's file; the text is put into `texts`."""
    if outcome.verdict is not Verdict.PROVED:
        return outcome
    name = file_name(derivation.name, theorem.name)
    if name.lower() in map(str.lower, texts):
        place = f"{outcome.file}:{outcome.line}: {derivation.name}: {theorem.name}"
        raise UsageError(
            f"{place}: another theorem's certificate is {name} too; give one of them another name"
        )
    earlier = {other.name: other for other in derivation.theorems[: derivation.theorems.index(theorem)]}
    try:
        texts[name] = write_certificate(f"{derivation.name}.{theorem.name}", theorem, earlier)
    except Exception as error:  # whatever it is, the other certificates are to be written
        return replace(outcome, uncertified=f"{type(error).__name__}: {error}")
    return replace(outcome, certificate=name)


def file_name(derivation: str, theorem: str) -> str:
    """DERIVATION.THEOREM.json, of letters, digits, - and _; any other character is written as one _."""
    return f"{f'{_word(derivation)}.{_word(theorem)}'[:LONGEST]}.json"


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def store(
    texts: Mapping[str, str], directory: Path, own: Sequence[str] = ("",)
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Write the files and the list; remove what was written before and is not among them now.

    `own`: how the names begin that this call answers for.  Returns the files that were removed, those that
    were left since someone changed them, and how many others the list names.  Raises OSError.
    """
    before = listed(directory)
    gone = {name: digest for name, digest in before.items() if name.startswith(tuple(own))}
    others = {name: digest for name, digest in before.items() if name not in gone}
    removed: list[str] = []
    left: list[str] = []
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_whole(directory / name, text)
    for name, digest in gone.items():
        if name not in texts and (directory / name).exists():
            (removed if _remove(directory / name, digest) else left).append(name)
    sums = {name: sha256(text) for name, text in texts.items()}
    write_whole(directory / LIST, list_text(others | sums))
    return tuple(removed), tuple(left), len(others)


def _remove(path: Path, digest: str) -> bool:
    """Remove a file that is as it was written."""
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        return False
    path.unlink()
    return True


def sha256(text: str) -> str:
    """The hash of a text's bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def list_text(sums: Mapping[str, str]) -> str:
    """As sha256sum writes it and, with -c, reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        unfinished = Path(file.name)
    try:
        unfinished.write_bytes(text.encode())
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
