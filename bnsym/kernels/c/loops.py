"""The lines within loops over runs: loads, lanes, outputs."""

from __future__ import annotations

from collections.abc import Callable

from bnsym.kernels.c.context import Context, entries
from bnsym.kernels.numpy_frame import Filling


class Loops(Context):
    """Blocks of the loops over runs and rows."""

    def _loads(self) -> dict[str, Filling]:
        at = [*self.streams, *self.p.along]
        blocks: dict[str, Filling] = {
            "run_parameters": ", ".join(f"const {self.T} *restrict {x}_at" for x in at),
            "next_parameters": ", ".join(f"const {self.T} *restrict {x}_next" for x in at),
            "run_arguments": ", ".join(f"{x}_at" for x in at),
            "next_rest": ", ".join(f"{x}_next + i" for x in at),
            "run_at": self._pointers("at"),
            "run_at_last": self._pointers("at_last"),
            "run_of_channel": self._pointers("first + o * stride"),
            "run_of_next": self._pointers("first_next + o * stride"),
            "scalar_near": self._values("i", "near", scalar=True),
            "scalar_centre": self._values("i", "centre", scalar=True),
            "block_centre": self._values("i", "centre", along=False),
            "scalar_block_centre": self._values("i", "centre", scalar=True, along=False),
            "block_parameters": [f"const V_{self.t} {x} = load_{self.t}({x}_at + c);" for x in self.p.along],
            "scalar_block_parameters": [f"const {self.T} {x} = {x}_at[c];" for x in self.p.along],
            "last_near": self._last(),
        }
        blocks["vector_near"] = self._values("i", "near")
        blocks["vector_centre"] = self._values("i", "centre")
        return blocks

    def _unrolled(self, lines: Callable[[int], list[str]]) -> list[str]:
        """Four times, in scopes of their own: the lanes stay in registers at any level of optimization."""
        return [line for u in range(4) for line in ("{", *(f"    {inner}" for inner in lines(u)), "}")]

    def _added(self, u: int) -> list[str]:
        return [f"{name}_{u} += {call};" for name, call in zip(self.sums, self.sum_calls, strict=True)]

    def _output(self, u: int) -> list[str]:
        place = f"out + start + i + {u} * L"
        return [
            *self._values(f"start + i + {u} * L", "centre"),
            f"const V_{self.t} y = {self.p.call('OUTPUT', self.s.output.body)};",
            "if (past_caches)",
            f"    stream_{self.t}({place}, y);",
            "else",
            f"    store_{self.t}({place}, y);",
            "check += y - y;",
        ]

    def _pointers(self, offset: str) -> str:
        return ", ".join([*(f"a->{x} + {offset}" for x in self.streams), *(f"a->{x}" for x in self.p.along)])

    def _values(
        self, index: str, near: str, scalar: bool = False, pointer: str = "at", along: bool = True
    ) -> list[str]:
        kind = self.T if scalar else f"V_{self.t}"
        read = "{0}_{1}[{2}]" if scalar else f"load_{self.t}({{0}}_{{1}} + {{2}})"
        lines = []
        used = self.used_in_output if near == "centre" else self.used_in_sums
        for x in (*self.streams, *(self.p.along if along else [])):
            if ("deviation" if x == self.shifted else x) not in used:
                continue
            value = read.format(x, pointer, index)
            if x == self.shifted:
                lines.append(f"const {kind} deviation = {value} - {near};")
            else:
                lines.append(f"const {kind} {x} = {value};")
        return lines

    def _last(self) -> list[str]:
        lines = []
        for x in self.streams:
            if ("deviation" if x == self.shifted else x) not in self.used_in_sums:
                continue
            loaded = f"load_{self.t}({x}_at + i)"
            if x == self.shifted:
                lines.append(f"const V_{self.t} deviation = last_{self.t}({loaded}, kept, fill) - near;")
            else:
                lines.append(f"const V_{self.t} {x} = last_{self.t}({loaded}, kept, zero);")
        used = (x for x in self.p.along if x in self.used_in_sums)
        return [*lines, *(f"const V_{self.t} {x} = load_{self.t}({x}_at + i);" for x in used)]

    def _lanes(self) -> dict[str, Filling]:
        pairs = list(zip(self.sums, self.sum_calls, strict=True))
        emptied = []
        for name in self.sums:
            parts = [f"s->{name}[{k}]" for k in range(4)]
            emptied += [
                f"store_{self.t}(buffer, ({parts[0]} + {parts[1]}) + ({parts[2]} + {parts[3]}));",
                f"for (int l = 0; l < LANES_{self.t}; l++)",
                f"    s->total_{name}[l] += buffer[l];",
                " = ".join(parts) + " = zero;",
            ]
        totalled = []
        for name in self.sums:
            totalled += [
                f"double {name} = 0;",
                f"for (int l = 0; l < LANES_{self.t}; l++)",
                f"    {name} += s->total_{name}[l];",
                f"w->{name}[i] = {name};",
            ]
        declared = [f"V_{self.t} {name}[4];" for name in self.sums]
        declared += [f"double total_{name}[LANES_{self.t}];" for name in self.sums]
        return {
            "lane_declared": declared,
            "emptied": emptied,
            "totalled": totalled,
            "scalar_added": [f"s->total_{name}[0] += {call};" for name, call in pairs],
            "vector_added": [f"s->{name}[u] += {call};" for name, call in pairs],
            "lane_local": [
                f"V_{self.t} {name}_{u} = s->{name}[{u}];" for name in self.sums for u in range(4)
            ],
            "lane_back": [f"s->{name}[{u}] = {name}_{u};" for name in self.sums for u in range(4)],
            "sums_unrolled": self._unrolled(
                lambda u: [*self._values(f"i + {u} * L", "near"), *self._added(u)]
            ),
            "next_sums_unrolled": self._unrolled(
                lambda u: [*self._values(f"i + {u} * L", "near", pointer="next"), *self._added(u)]
            ),
            "output_unrolled": self._unrolled(self._output),
        }

    def _runs(self) -> dict[str, Filling]:
        values = ["centre", *self.coefficients]
        estimate = f"{self.s.name}_estimate_{self.t}"
        prepare = f"{self.s.name}_prepare_{self.t}(a, w, %s);"
        sums = f"{self.s.name}_channel_sums_{self.t}(a, w, c)"
        again = f"{self.s.name}_channel_again_{self.t}(a, w, c)"
        finish = f"{self.s.name}_finish_{self.t}(a, w, 1, c)"
        if self.s.estimated:
            before = [f"w->shift[0] = {estimate}(a->{self.shifted} + first, stride, n, a->outer);"]
            of_next = [f"w->shift[0] = {estimate}(a->{self.shifted} + first_next, stride, n, a->outer);"]
            of_row = [f"w->shift[k] = {estimate}(a->{self.shifted} + at, 0, n, 1);"]
        else:
            before, of_next, of_row = [prepare % "1, c"], [prepare % "1, c + 1"], []
        first = [*before, f"int status = {sums if self.sums else finish};"]
        if self.s.estimated:
            first += ["if (status & 2)", f"    status = {again};"]
        return {
            "coefficient_parameters": ", ".join(f"{self.T} {name}" for name in values),
            "coefficient_names": ", ".join(values),
            "coefficients_of_channel": [f"const {self.T} {name} = w->{name}[0];" for name in values],
            "coefficients_of_last": [f"const {self.T} {name} = last->{name}[k];" for name in values],
            "channel_first": [*first, "beyond |= status & 1;"],
            "near_of_next": [*of_next, f"const {self.T} near = w->shift[0];"],
            "near_of_row": [*of_row, f"const {self.T} near = w->shift[k];"],
            "rows_prepare": [] if self.s.estimated else [prepare % "rows, row"],
            **self._crossing(),
        }

    def _crossing(self) -> dict[str, Filling]:
        values = [*(["centre"] if self.shifted else []), *self.coefficients]
        names, count = self.crossing, len(self.crossing)
        bytes_, each = f"{count} * (sizeof(double) + sizeof({self.T}))", f"{count} * a->channels"
        pairs = list(zip(names, self.cross_calls, strict=True))
        own = self.names
        ends_used = {e.tensor.name for d in self.s.ends for e in entries(d.body)}
        loaded = [
            f"const double {own[t.name]} = a->{own[t.name]}[c];"
            for t in self.p.parameters
            if t.name in ends_used
        ]
        return {
            "cross_parameters": ", ".join(f"{self.T} *restrict {n}_lane" for n in names),
            "cross_arguments": ", ".join(f"task->lanes + {k} * n" for k in range(count)),
            "cross_lanes": [f"V_{self.t} {n} = load_{self.t}({n}_lane + c);" for n in names],
            "cross_back": [f"store_{self.t}({n}_lane + c, {n});" for n in names],
            "scalar_cross_lanes": [f"{self.T} {n} = {n}_lane[c];" for n in names],
            "scalar_cross_back": [f"{n}_lane[c] = {n};" for n in names],
            "cross_added": [f"{n} += {call};" for n, call in pairs],
            "block_coefficients": [f"const {self.T} {v} = w->{v}[first + k];" for v in values],
            "crossing_begin": ["int additions = 0;"] if count else [],
            "crossing_memory": [
                f"char *scratch = calloc((size_t)threads * (size_t)a->channels, {bytes_});",
                "if (scratch == NULL)",
                "    return 1;",
            ]
            if count
            else [],
            "crossing_given": [
                f"tasks[k].total = (double *)scratch + k * {each};",
                f"tasks[k].lanes = ({self.T} *)((double *)scratch + threads * {each}) + k * {each};",
            ]
            if count
            else [],
            "ends_loaded": [*loaded, *(f"double {n} = 0;" for n in names)],
            "ends_gathered": [f"{n} += total[{k} * a->channels + c];" for k, n in enumerate(names)],
            "ends": [self.p.formula(d) for d in self.s.ends],
            "ends_stored": [
                line
                for t in (self.p.results if self.p.by_rows else [])
                for line in (
                    f"a->{own[t.name]}[c] = ({self.T}){own[t.name]};",
                    f"status |= !(fabs({own[t.name]}) <= LARGEST_{self.t});",
                )
            ],
        }
