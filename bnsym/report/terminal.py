"""What a person reads: tables that fit 80 columns and use 120, without colour when piped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from bnsym.report import certificates, code, coq
from bnsym.report.proof import proofs
from bnsym.report.rows import Row, Rows
from bnsym.report.summary import FAILED, INVALID, OK, UNKNOWN, USAGE

if TYPE_CHECKING:
    from bnsym.proof.outcome import Outcome
    from bnsym.report.work import Found, Phase
    from bnsym.verify.emitted.generate import GeneratedFile
    from bnsym.verify.run import CheckResult

PIPED_WIDTH = 120
VERDICT_STYLE = {"proved": "green", "refuted": "cyan", "unknown": "yellow"}
BAD = "bold red"
CODE_STYLE = {OK: "green", FAILED: BAD, USAGE: BAD, UNKNOWN: "bold yellow", INVALID: BAD}


def console() -> Console:
    """Standard output: as wide as the terminal; piped, PIPED_WIDTH columns whatever the environment."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")


def prove_rows(outcomes: Sequence[Outcome], verbose: bool = False) -> Rows:
    """derivation and theorem, verdict, ms, needs or witness; a verdict that was not expected is marked.

    With `verbose`, each with its proof below it.
    """
    below = proofs(outcomes) if verbose else repeat(())
    rows = [
        Row(o.derivation, o.name, _good(o), o.verdict, _verdict_style(o), _why(o), o.seconds, proof)
        for o, proof in zip(outcomes, below, strict=False)
    ]
    return Rows(("derivation, theorem", "verdict", "needs, or witness"), rows)


def _good(outcome: Outcome) -> bool:
    return outcome.as_expected and not outcome.uncertified


def _verdict_style(outcome: Outcome) -> str:
    return VERDICT_STYLE[outcome.verdict] if outcome.as_expected else "bold red"


def _why(outcome: Outcome) -> str:
    if outcome.uncertified:
        return "no certificate; see below"
    if outcome.broken:
        return "a step does not follow; see below"
    if not outcome.as_expected:
        return f"expected {outcome.expected}; see below"
    why = {"proved": ", ".join(outcome.needs), "refuted": outcome.witness, "unknown": outcome.detail}
    return why[outcome.verdict] or ""


def verify_rows(results: Sequence[CheckResult]) -> Rows:
    """kernel and check, passed or failed, ms, detail."""
    rows = [
        Row(r.kernel, r.check, r.passed, *_passed(r), r.detail if r.passed else "see below", r.seconds)
        for r in results
    ]
    return Rows(("kernel, check", "result", "detail"), rows)


def _passed(result: CheckResult) -> tuple[str, str]:
    return ("passed", "green") if result.passed else ("failed", "bold red")


def kill_table(rows: Mapping[str, Mapping[str, bool]]) -> RenderableType:
    """The kill matrix: a row a mutant, a numbered column a check; a mutant that no check kills is marked."""
    checks = list(dict.fromkeys(check for row in rows.values() for check in row))
    table = _table()
    table.add_column("mutant", overflow="fold", vertical="bottom")
    table.add_column(_column_numbers(len(checks)), no_wrap=True)
    table.add_column("kills", justify="right", no_wrap=True)
    for mutant, row in rows.items():
        kills = sum(row.values())
        last = Text(str(kills), "green") if kills else Text("✗ SURVIVES", "bold red")
        table.add_row(Text(mutant), "".join("●" if row.get(check) else "·" for check in checks), last)
    legend = Text("\n".join(f"{number:2}  {check}" for number, check in enumerate(checks, 1)), "dim")
    return Group(table, legend)


def _column_numbers(last: int) -> str:
    """1 to `last`, each from top to bottom, so that a column is one character wide."""
    numbers = [f"{number:2}" for number in range(1, last + 1)]
    return "\n".join("".join(digits) for digits in zip(*numbers, strict=True))


def phase_table(phases: Sequence[Phase]) -> Table:
    """The closing table of `bnsym run`: phase, result, what was done, seconds."""
    table = _table("phase")
    table.add_column("result", no_wrap=True)
    table.add_column("what", overflow="fold", ratio=1)
    table.add_column("s", justify="right", no_wrap=True)
    for phase in phases:
        if phase.found is None:
            table.add_row(Text(phase.name, "bold"), Text("not run", "yellow"), "", "")
            continue
        code = phase.found.exit_code
        result = Text("as expected" if code == OK else f"✗ exit {code}", CODE_STYLE[code])
        table.add_row(Text(phase.name, "bold"), result, Text(phase.found.summary), f"{phase.seconds:.2f}")
    return table


def file_table(files: Sequence[GeneratedFile]) -> Table:
    """file, the theorems it rests on, how many claims its text was proved to meet, its hash."""
    table = _table("file")
    table.add_column("theorems", overflow="fold", ratio=1)
    table.add_column("read back", no_wrap=True)
    table.add_column("sha256", no_wrap=True)
    for file in files:
        table.add_row(
            Text(str(file.path), "bold"),
            Text(", ".join(file.theorems), "dim"),
            f"{len(file.read_back.claims)} proved",
            file.sha256[:12],
        )
    return table


TABLES: dict[str, Callable[..., RenderableType]] = {
    "prove --verbose": partial(prove_rows, verbose=True),
    "prove": prove_rows,
    "generate": file_table,
    "verify": verify_rows,
    "verify code": code.rows,
    "run": phase_table,
    "export --coq": coq.file_rows,
    "check --coq": coq.result_rows,
    "check": certificates.replay_rows,
}


def show(command: str, found: Found, seconds: float, verbose: bool = False) -> None:
    """The command's table, then what failed, then one line."""
    out = console()
    out.print(TABLES[f"{command} --verbose" if verbose else command](found.items))
    for kernel, matrix in found.kill_matrix.items():
        out.print(Text(f"\n{kernel}: which check kills which mutant", "bold"))
        out.print(kill_table(matrix))
    for text in found.trouble:
        out.print(Text(f"✗ {text}", "red"), soft_wrap=True)
    out.print(Text(f"{found.summary}; {seconds:.2f} s", CODE_STYLE[found.exit_code]), soft_wrap=True)
