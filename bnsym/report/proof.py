"""A proof as one reads it: what the names stand for, then the statement, line by line with its reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from bnsym.report.rows import GAP, wrapped

if TYPE_CHECKING:
    from bnsym.proof.outcome import Outcome

INDENT, HANG = 6, 4


@dataclass(frozen=True)
class Proof:
    """One theorem's definitions and lines; `definitions` are those that no theorem before it has shown."""

    outcome: Outcome
    definitions: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lines no longer than the console is wide: a reason stands beside its line, or below."""
        width = options.max_width
        for definition in self.definitions:
            yield from (Text(line, "dim") for line in wrapped(f"let {definition}", width, INDENT, HANG))
        if not self.outcome.lines:
            yield from map(Text, _sides(self.outcome.statement, width))
        for line in self.outcome.lines:
            yield from _with_reason(
                f"{line.relation} {line.term}".strip(), _reason(line.reason, line.eq), width
            )
        yield Text("")


def _sides(statement: str, width: int) -> Iterator[str]:
    """The statement on one line if it fits there, else a line a side."""
    fits = INDENT + len(statement) <= width
    for side in [statement] if fits else re.split(r" (?=[=<>]=? )", statement):
        yield from wrapped(side, width, INDENT, HANG)


def _reason(reason: str, eq: str) -> str:
    return f"{reason}  [{eq}]".lstrip() if eq else reason


def _with_reason(line: str, reason: str, width: int) -> Iterator[Text]:
    *before, last = wrapped(line, width, INDENT, HANG)
    yield from map(Text, before)
    if len(last) + GAP + len(reason) > width or not reason:
        yield Text(last)
        yield from (Text(text, "dim") for text in wrapped(reason, width, 2 * INDENT))
        return
    yield Text.assemble(last, " " * (width - len(last) - len(reason)), (reason, "dim"))


def proofs(outcomes: Sequence[Outcome]) -> Iterator[tuple[Proof, ...]]:
    """For each outcome its proof; a definition is shown where its derivation first uses it."""
    shown: set[tuple[str, str]] = set()
    for outcome in outcomes:
        keys = [(outcome.derivation, definition) for definition in outcome.definitions]
        yield (Proof(outcome, tuple(key[1] for key in keys if key not in shown)),)
        shown.update(keys)
