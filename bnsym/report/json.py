"""What a program reads: one JSON document on standard output, with the exit code in it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bnsym.report.work import Found


def document(command: str, found: Found, seconds: float) -> str:
    """The document that every command writes with --json; `items` are what this command found."""
    head = {"command": command, "seconds": round(seconds, 4)}
    return json.dumps({**head, **_plain(found)}, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    """A dataclass as its fields (and `as_expected`, where it has that), a path as its text."""
    if isinstance(value, Path):
        return str(value)
    if not is_dataclass(value):
        raise TypeError(f"no JSON form for {type(value).__name__}: {value!r}")
    shown = (field.name for field in fields(value) if field.metadata.get("json", True))
    record = {name: getattr(value, name) for name in shown}
    if not record.get("kill_matrix", True):
        del record["kill_matrix"]
    return {**record, "as_expected": value.as_expected} if hasattr(value, "as_expected") else record
