"""The types, arguments and ways in of one function."""

from __future__ import annotations

from bnsym.kernels.c.context import Context
from bnsym.kernels.numpy_frame import Filling
from bnsym.terms.nodes import Sign
from bnsym.terms.walk import subterms


class Arguments(Context):
    """Blocks of types and entries."""

    def _types(self) -> dict[str, Filling]:
        given = [f"const double *{self.names[t.name]};" for t in self.p.given]
        parameters = [f"const {self.T} *{self.names[t.name]};" for t in self.p.parameters]
        results = [f"{self.T} *{self.names[t.name]};" for t in self.p.results]
        kept = [f"double *{self.names[t.name]};" for t in self.p.kept]
        fields = {"shift": self.T, "centre": self.T, **dict.fromkeys(self.coefficients, self.T)}
        fields |= dict.fromkeys(self.sums, "double")
        arguments = [f"const {self.T} *{x}" for x in self.streams] + [f"{self.T} *out"]
        arguments += [line.rstrip(";") for line in (*parameters, *given, *kept, *results)]
        set_up = [".".join(["", part.split("*")[-1]]) + f" = {part.split('*')[-1]}" for part in arguments]
        total = f"{len(self.streams) + 1}.0 * sizeof({self.T})"
        names = [*self.streams, "out", *(self.names[x.name] for x in (*self.p.parameters, *self.p.given))]
        names += [self.names[x.name] for x in (*self.p.kept, *self.p.results)]
        kinds = "s" * len(self.streams) + "o" + "p" * len(self.p.parameters)
        kinds += "".join("n" if x.sign is Sign.NONNEGATIVE else "g" for x in self.p.given)
        kinds += "k" * len(self.p.kept) + "r" * len(self.p.results)
        steps = self.s.function.steps
        has_eps = any(node is self.p.layer.constant for step in steps for node in subterms(step.body))
        least = [f"{size} >= {value}" for size, value in self.s.function.least.items()]
        quick: dict[str, Filling] = {
            "quick_arguments": ", ".join(names),
            "quick_count": str(len(kinds)),
            "quick_kinds": kinds,
            "quick_type": {"f32": "f", "f64": "d"}[self.t],
            "quick_eps": "eps >= 2.2250738585072014e-308 && eps <= 1.7976931348623157e308"
            if has_eps
            else "1",
            "quick_least": " && ".join(least) or "1",
            "quick_data": ", ".join(f"a.data[{k}]" for k in range(len(kinds))),
            "by_rows": str(int(self.p.by_rows)),
        }
        return quick | {
            "streams_declared": [f"const {self.T} *{x};" for x in self.streams],
            "given_declared": [*parameters, *given],
            "kept_declared": [*kept, *results],
            "work_declared": [f"{kind} *{name};" for name, kind in fields.items()],
            "work_one": self._local_work(fields, "1"),
            "work_block": self._local_work(fields, "BLOCK_ROWS"),
            "work_two_blocks": [
                *(f"{kind} {name}_[2 * BLOCK_ROWS];" for name, kind in fields.items()),
                f"const {self.s.name}_work_{self.t} both[2] = {{",
                f"    {{{', '.join(f'{name}_' for name in fields)}}},",
                f"    {{{', '.join(f'{name}_ + BLOCK_ROWS' for name in fields)}}},",
                "};",
            ],
            "arguments": ", ".join(arguments),
            "set_up": ", ".join(set_up),
            "bytes": total,
            "all_layouts": self._layouts(),
        }

    def _local_work(self, fields: dict[str, str], count: str) -> list[str]:
        lines = [f"{kind} {name}_[{count}];" for name, kind in fields.items()]
        told = ", ".join(f"{name}_" for name in fields)
        name = f"{self.s.name}_work_{self.t}"
        return [*lines, f"const {name} work = {{{told}}}, *w = &work;"]

    def _layouts(self) -> list[str]:
        if self.p.by_rows:
            return [
                "if (inner != 1)",
                "    return 1;",
                f"return {self.s.name}_all_rows_{self.t}(&a, threads);",
            ]
        f = f"{self.s.name}_all_%s_{self.t}(&a, threads)"
        return [f"if (inner >= 2 * LANES_{self.t})", f"    return {f % 'runs'};", f"return {f % 'columns'};"]
