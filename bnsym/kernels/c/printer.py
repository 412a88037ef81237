"""Prints one function's schedule as C: its macros, which serve every type, and its passes, type by type."""

from __future__ import annotations

from bnsym.kernels.c.arguments import Arguments
from bnsym.kernels.c.columns import Columns
from bnsym.kernels.c.context import Signature
from bnsym.kernels.c.finish import Finish
from bnsym.kernels.c.frames import frame
from bnsym.kernels.c.loops import Loops
from bnsym.kernels.numpy_frame import Filling, fill


class FunctionPrinter(Signature):
    """The C of one function."""

    def macros(self) -> list[str]:
        """The elementwise formulas."""
        own = [(f"SUM_{k}", d.body) for k, d in enumerate(self.schedule.sums)]
        own += [("OUTPUT", self.schedule.output.body)]
        own += [(f"CROSSING_{k}", d.body) for k, d in enumerate(self.schedule.crossing)]
        return [f"#define {self.call(name, body)} ({self.form.line(body)})" for name, body in own]

    def functions(self, t: str) -> str:
        """All passes for one type."""
        pieces = [frame("passes", "TYPES"), frame("passes", "PREPARE"), frame("passes", "FINISH")]
        if self.schedule.estimated:
            pieces.append(frame("passes", "ESTIMATE"))
        if self.schedule.sums:
            pieces.append(frame("passes", "LANES"))
        pieces.append(frame("passes", "RUN_OUTPUT"))
        if self.schedule.sums and not self.schedule.crossing:
            pieces.append(frame("passes", "RUN_BOTH"))
        if self.by_rows:
            pieces.append(frame("rows", "ROWS"))
        else:
            if self.schedule.sums:
                pieces.append(frame("passes", "RUNS_ONE"))
            pieces += [frame("passes", "RUNS"), frame("columns", "COLUMNS")]
        pieces += [frame("passes", "ENTRY"), frame("passes", "QUICK")]
        blocks = Blocks(self, t).all()
        return "\n\n".join(fill(piece, **blocks) for piece in pieces)


class Blocks(Arguments, Finish, Loops, Columns):
    """What the frame's lines are filled with, for one function and type."""

    def all(self) -> dict[str, Filling]:
        """Every block by its name."""
        words: dict[str, Filling] = {
            "f": self.s.name,
            "t": self.t,
            "T": self.T,
            "layer": self.p.layer.name,
            "each": "row" if self.p.by_rows else "channel",
            "output": self.p.call("OUTPUT", self.s.output.body),
            "mean": self._given_mean(),
            "sums_any": "1" if self.sums else "0",
            "sum_count": str(len(self.sums)),
            "cross_count": str(len(self.crossing)),
            "streams_and_out": str(len(self.streams) + 1),
            "shifted": self.shifted or "",
        }
        first = {**words, **self._types(), **self._finish(), **self._loads(), **self._lanes(), **self._runs()}
        first |= self._columns()
        return {**first, **self._nested(first)}

    def _given_mean(self) -> str:
        if self.s.mean is None or self.s.estimated:
            return "0"
        return f"a->{self.names[self.s.mean.name]}[base + i]"

    def _nested(self, first: dict[str, Filling]) -> dict[str, Filling]:
        def filled(template: str) -> list[str]:
            return fill(template, **first).split("\n")

        finish = f"{self.s.name}_finish_{self.t}(a, &work, channels, c)"
        passes = (
            [*filled(frame("columns", "COLUMNS_SUMS")), *_lines(first["columns_outputs"])]
            if self.sums
            else [
                f"{self.s.name}_prepare_{self.t}(a, &work, channels, c);",
                f"status |= {finish} & 1;",
                *_lines(first["columns_outputs"]),
            ]
        )
        tasks = filled(frame("columns", "SUMS_TASKS")) if self.sums and not self.p.by_rows else []
        if self.s.estimated and not self.p.by_rows:
            tasks = [*filled(frame("columns", "ESTIMATE")), "", *tasks]
        again = filled(frame("rows", "ROWS_AGAIN")) if self.s.estimated else []
        output = filled(frame("rows", "CROSSING_OUTPUT")) if self.crossing else []
        whole = {**first, "rows_again": again, "rows_output": output}
        rows = frame("rows", "ROWS_PASS" if self.crossing else "ROWS_BOTH")
        return {
            "rows_pass": fill(rows, **whole).split("\n") if self.p.by_rows else [],
            "next_channel": filled(frame("passes", "RUNS_NEXT")) if self.sums and not self.p.by_rows else [],
            "sums_tasks": tasks,
            "rows_sums": filled(frame("columns", "ROWS_SUMS")) if self.sums and not self.p.by_rows else [],
            "columns_passes": passes if not self.p.by_rows else [],
            "crossing_block": filled(frame("rows", "CROSSING_BLOCK")) if self.crossing else [],
            "crossing_end": filled(frame("rows", "CROSSING_END")) if self.crossing else [],
        }


def _lines(filling: Filling) -> list[str]:
    return [filling] if isinstance(filling, str) else list(filling)
