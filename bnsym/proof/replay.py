"""Replaying certificate files: reads them and hands their bytes to the trusted checker.

Imports the standard library and `proof.trusted` alone, so that a check needs neither SymPy nor NumPy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Any

from bnsym.proof.trusted.checker import BYTES, Checked, Unreadable, check_text
from bnsym.proof.trusted.formula import Refused

LIST = "SHA256SUMS"  # in a folder of certificates, what was written there
_LISTED = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9_.-]*\.json)")
SHOWN = 300  # characters of a reason


class Result(StrEnum):
    """What a file is found to be."""

    VALID = "valid"
    INVALID = "invalid"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Replayed:
    """One file: what it is; the theorem that a valid one proves; why another is not valid.

    `needs`: conditions under which it holds; `given`: declarations and definitions, as they were read.
    """

    file: str
    result: Result
    seconds: float
    theorem: str = ""
    statement: str = ""
    needs: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    steps: int = 0
    reason: str = ""

    @property
    def as_expected(self) -> bool:
        """True for what is valid."""
        return self.result is Result.VALID


def replay(path: Path) -> Replayed:
    """Replay one certificate; an invalid file's own words about itself are not repeated."""
    start = perf_counter()
    try:
        found = check_text(content(path))
    except (Unreadable, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        return refusal(path, said or str(error), start, Result.UNREADABLE)
    except Refused as error:
        return refusal(path, str(error), start)
    return _valid(path, found, perf_counter() - start)


def content(path: Path) -> bytes:
    """The bytes of a regular file, not many more than a certificate may have."""
    if path.exists() and not path.is_file():
        raise Unreadable("no regular file")
    with path.open("rb") as file:
        return file.read(BYTES + 1)


def refusal(path: Path, reason: str, start: float, result: Result = Result.INVALID) -> Replayed:
    """What is found of a file that does not hold."""
    return Replayed(str(path), result, perf_counter() - start, reason=plain(reason)[:SHOWN])


def _valid(path: Path, found: Checked, seconds: float) -> Replayed:
    needs, given = (tuple(map(plain, rows)) for rows in (found.needs, given_rows(found.given)))
    names = plain(found.theorem), plain(found.statement)
    return Replayed(str(path), Result.VALID, seconds, *names, needs, given, found.steps)


def given_rows(given: Mapping[str, Any]) -> list[str]:
    """All that a statement stands on, a line each, from what was read."""
    rows = [f"{name} >= {least}" for name, least in given["sizes"].items()]
    rows += [f"{name} {sign}" for name, sign in given["scalars"].items()]
    rows += [f"{name}[{', '.join('.' * axes)}] {sign}" for name, (axes, sign) in given["tensors"].items()]
    rows += [f"{name} in {low}..{high}" for name, (low, high) in given["indices"].items()]
    for row in given["definitions"]:
        start = "" if row["initial"] is None else f"{row['name']}[0] = {row['initial']}, "
        rows.append(f"{start}{row['name']}[{', '.join(row['parameters'])}] = {row['body']}")
    return rows


def plain(text: object) -> str:
    """The text on one line, without characters that move a terminal's cursor."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(text))


def listed(directory: Path) -> dict[str, str]:
    """The names and hashes in the folder's list, {} where there is none; other lines are left out."""
    path = directory / LIST
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {found[2]: found[1] for line in lines if (found := _LISTED.fullmatch(line))}


def replay_folder(directory: Path) -> list[Replayed]:
    """Replay every *.json of the folder, and miss what is in its list and not there."""
    names = {path.name for path in directory.glob("*.json")} | set(listed(directory))
    if not names:
        reason = "neither certificates (*.json) nor kernels are in this folder"
        return [refusal(directory, reason, perf_counter(), Result.UNREADABLE)]
    return [replay(directory / name) for name in sorted(names)]
