"""Rows in groups: mark, name, result, ms, and why; what is too long for the line stands below it, whole.

A table would fold names and counterexamples into narrow columns at 80; here each is read in one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

GUTTER, GAP, MS, INDENT = 2, 2, 8, 6
KEPT = "\u00a0"  # a space that no line breaks at


@dataclass(frozen=True)
class Row:
    """One line: `name` of `group` came to `result`, `good` or not, in `seconds`; `why` explains.

    `below` is shown under it.
    """

    group: str
    name: str
    good: bool
    result: str
    style: str
    why: str
    seconds: float
    below: tuple[RenderableType, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Rows under three titles, as wide as the console allows and as narrow as it demands."""

    titles: tuple[str, str, str]
    rows: Sequence[Row]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The lines, none longer than the console is wide."""
        result = max(len(text) for text in (self.titles[1], *(row.result for row in self.rows)))
        room = options.max_width - GUTTER - GAP - result - MS - GAP
        name = min(room, max(len(text) for text in (self.titles[0], *(row.name for row in self.rows))))
        first, second, third = self.titles
        head = f"{first[: GUTTER + name]:<{GUTTER + name + GAP}}{second:<{result}}{'ms':>{MS}}"
        fits = len(head) + GAP + len(third) <= options.max_width
        yield Text(f"{head}{'':{GAP}}{third}" if fits else head, "bold")
        yield Text("─" * options.max_width, "dim")
        group = None
        for row in self.rows:
            if row.group != group:
                group = row.group
                yield Text(group, "bold")
            yield from _lines(row, name, result, options.max_width)
            yield from row.below


def _lines(row: Row, name: int, result: int, width: int) -> Iterator[Text]:
    """The row itself; `why` beside it if it fits there, else below."""
    *before, last = [row.name[k : k + name] for k in range(0, len(row.name), name)] or [""]
    line = Text("✓ " if row.good else "✗ ", "green" if row.good else "bold red")
    for part in before:
        yield line.append(part)
        line = Text(" " * GUTTER)
    line.append(f"{last:<{name + GAP}}")
    line.append(f"{row.result:<{result}}", row.style)
    line.append(f"{milliseconds(row.seconds):>{MS}}", "dim")
    beside = bool(row.why) and line.cell_len + GAP + len(row.why) <= width
    if beside:
        line.append(f"{'':{GAP}}{row.why}", "dim" if row.good else "")
    yield line
    if row.why and not beside:
        for text in wrapped(row.why, width, INDENT):
            yield Text(text, "dim" if row.good else "")


def wrapped(text: str, width: int, indent: int, hang: int = 0) -> Iterable[str]:
    """The text's lines, indented, those that go on by `hang` more.

    `left = 1/2` and `x=(0, 1)` are broken only if nothing else will do.
    """
    wrapper = TextWrapper(
        width=width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_on_hyphens=False,
    )
    for paragraph in text.splitlines():
        for line in wrapper.wrap(_kept_together(paragraph)):
            yield line.replace(KEPT, " ").rstrip()


def _kept_together(text: str) -> str:
    """The text with KEPT spaces inside brackets and around relations."""
    depth, found = 0, []
    for position, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        inside = depth > 0 or text[position + 1 : position + 2] in ("=", "<", ">", "!")
        after = text[position - 1 : position] in ("=", "<", ">")
        found.append(KEPT if letter == " " and (inside or after) else letter)
    return "".join(found)


def milliseconds(seconds: float) -> str:
    """Milliseconds with one digit behind the point."""
    return f"{1000 * seconds:.1f}"
