"""The README's marked blocks: `<!-- kind: argument -->`, then a fenced block or a table."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

FENCED = re.compile(
    r"(?:<!-- (?P<kind>[a-z ]+?)(?:: (?P<argument>[^>]+?))? -->\n)?```(?P<language>\w+)\n(?P<text>.*?)\n```",
    re.DOTALL,
)
TABLE = r"<!-- table: {name} -->\n(?P<rows>(?:\|.*\n)+)"


@dataclass(frozen=True)
class Block:
    kind: str | None
    argument: str
    text: str


def blocks():
    """Every fenced block, in order; `kind` is None where it is not marked."""
    return [Block(b["kind"], b["argument"] or "", b["text"]) for b in FENCED.finditer(README)]


def table(name):
    """The rows of a marked table, below its head."""
    rows = re.search(TABLE.format(name=re.escape(name)), README)["rows"].splitlines()[2:]
    return [[cell.strip().replace("\\*", "*") for cell in row.strip("|").split("|")] for row in rows]
