"""What GitHub shows beside the lines of a change: workflow commands, `::error file=…,line=…,title=…::text`.

Source: GitHub's documentation, "Workflow commands for GitHub Actions".  Values are escaped as its toolkit
does it: % and line ends everywhere, and : and , in properties too.  GitHub shows ten errors a step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bnsym.report.summary import OK, contrast, grounds, outcome_code
from bnsym.report.trouble import explain

if TYPE_CHECKING:
    from bnsym.proof.outcome import Outcome
    from bnsym.report.progress import Tell
    from bnsym.report.work import Found

_IN_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_TEXT, ":": "%3A", ",": "%2C"}


def commands(outcomes: Iterable[Outcome]) -> list[str]:
    """One command for each outcome that is not as expected, at its failing step if it has one."""
    return [_annotation(outcome) for outcome in outcomes if outcome_code(outcome) != OK]


def _annotation(outcome: Outcome) -> str:
    wrong = f"is {outcome.verdict}, {contrast(outcome)}"
    title = f"{outcome.derivation}: {outcome.name} {'does not follow' if outcome.broken else wrong}"
    return error(f"{outcome.statement}\n{grounds(outcome)}", title, outcome.file, outcome.line)


def error(text: str, title: str, file: str = "", line: int = 0) -> str:
    """The command for an error with this text; at no line, if no file is given."""
    place = {"file": _in_repository(file), "line": str(line)} if file else {}
    properties = {**place, "title": title}
    shown = ",".join(f"{name}={_escaped(value, _IN_PROPERTIES)}" for name, value in properties.items())
    return f"::error {shown}::{_escaped(text, _IN_TEXT)}"


def annotated(work: Callable[[Tell], Found]) -> Callable[[Tell], Found]:
    """The work of `bnsym prove`, which then prints its annotations; or that of the error that ends it."""

    def done(tell: Tell) -> Found:
        try:
            found = work(tell)
        except (Exception, SystemExit) as raised:
            told = explain(raised)
            if told is not None:
                print(error(told.message, type(raised).__name__, *_place(told.message)))
            raise
        for command in commands(found.items):
            print(command)
        return found

    return done


def _place(message: str) -> tuple[str, int]:
    """The file and line that a message begins with, if it does."""
    found = re.match(r"(.+?\.py):(\d+): ", message)
    return (found[1], int(found[2])) if found else ("", 0)


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in text)


def _in_repository(file: str) -> str:
    """The path from the repository's root, which GitHub names, and with its kind of slashes."""
    root, path = os.environ.get("GITHUB_WORKSPACE"), Path(file).absolute()
    inside = root and path.is_relative_to(root)
    return (path.relative_to(root) if root and inside else Path(file)).as_posix()
