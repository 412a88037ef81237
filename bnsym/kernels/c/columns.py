"""The lines of loops over columns that lie side by side."""

from __future__ import annotations

from bnsym.kernels.c.context import Context
from bnsym.kernels.numpy_frame import Filling


class Columns(Context):
    """Blocks of the loops over columns."""

    def _columns(self) -> dict[str, Filling]:
        values = ["centre", *self.coefficients]
        t = self.t
        near, used = "shift", int(self.shifted is None)
        wide = [near, *values] if near not in values else values
        arrays = []
        width = f"((size_t)width + LANES_{t}) * sizeof({self.T})"
        totals = f"(size_t)threads * {len(self.sums)} * (size_t)width * sizeof(double)"
        for name in ("shift", *values):
            arrays.append(
                f"work.{name} = ({self.T} *)next, next += ((size_t)group + LANES_{t}) * sizeof({self.T});"
            )
        arrays.append("next = (char *)(((uintptr_t)next + 63) & ~(uintptr_t)63);")
        for name in self.sums:
            arrays.append(f"work.{name} = (double *)next, next += (size_t)group * sizeof(double);")
        arrays += ["columns = work;", "if (!same) {"]
        for name in ("shift", *values):
            arrays.append(f"    columns.{name} = ({self.T} *)next, next += {width};")
        arrays += ["}"]
        if self.sums:
            arrays += [
                "next = (char *)(((uintptr_t)next + 63) & ~(uintptr_t)63);",
                "char *const totals = next;",
                f"char *const lanes = totals + {totals};",
            ]
        spread = ["if (!same)", "    for (ptrdiff_t j = 0; j < fold * channels * a->inner; j++) {"]
        spread += ["        const ptrdiff_t i = j / a->inner % channels;"]
        outputs = [*spread, *(f"        columns.{v}[j] = work.{v}[i];" for v in values), "    }"]
        outputs += [f"for (ptrdiff_t j = 0, all = fold * channels * a->inner; j < LANES_{t}; j++) {{"]
        outputs += [f"    columns.{v}[all + j] = columns.{v}[j];" for v in values]
        outputs += ["}"]
        near_spread = [*spread, "        columns.shift[j] = work.shift[i];", "    }"]
        all_ = len(self.sums)
        return {
            "lane_parameters": ", ".join(f"{self.T} *restrict {n}_lane" for n in self.sums),
            "lane_arguments": ", ".join(f"task->lanes + {k} * width" for k in range(all_)),
            "lane_arrays": [],
            "near_name": "shift",
            "column_near": [f"const V_{t} near = load_{t}(shift + w);"]
            if self.shifted
            else [f"const V_{t} near = {{0}};"],
            "scalar_column_near": [f"const {self.T} near = shift[w];", "(void)near;"],
            "column_lanes": [f"V_{t} {n} = load_{t}({n}_lane + w);" for n in self.sums],
            "column_back": [f"store_{t}({n}_lane + w, {n});" for n in self.sums],
            "column_added": [f"{n} += {c};" for n, c in zip(self.sums, self.sum_calls, strict=True)],
            "scalar_column_added": [
                f"{n}_lane[w] += {c};" for n, c in zip(self.sums, self.sum_calls, strict=True)
            ],
            "column_parameters": ", ".join(f"const {self.T} *restrict {v}_of" for v in values),
            "column_arguments": ", ".join(f"w->{v}" for v in values),
            "column_arguments_from": ", ".join(f"w->{v} + head" for v in values),
            "column_coefficients": [f"const V_{t} {v} = load_{t}({v}_of + w);" for v in values[used:]],
            "scalar_column_coefficients": [f"const {self.T} {v} = {v}_of[w];" for v in values[used:]],
            "scratch_bytes": f"{len(wide)} * sizeof({self.T})",
            "column_arrays": str(len(wide)),
            "work_bytes": f"({len(wide) + 1} * sizeof({self.T}) + {all_} * sizeof(double))",
            "lane_bytes": f"({all_} * (sizeof(double) + sizeof({self.T})))",
            "work_arrays": arrays,
            "cleared": [f"work.{n}[i] = 0;" for n in self.sums],
            "gathered": [f"work.{n}[i] += total[{k} * all + i];" for k, n in enumerate(self.sums)],
            "gathered_folded": [f"work.{n}[i] += total[{k} * all + j];" for k, n in enumerate(self.sums)],
            "spread_near": near_spread,
            "columns_outputs": outputs,
            "columns_near": self._columns_near(),
            "columns_again": [
                "for (ptrdiff_t i = 0; i < channels; i++)",
                "    work.shift[i] = work.centre[i];",
            ],
        }

    def _columns_near(self) -> list[str]:
        if not self.s.estimated:
            return [f"{self.s.name}_prepare_{self.t}(a, &work, channels, c);"]
        return [f"{self.s.name}_columns_estimate_{self.t}(a, work.shift, channels, c, work.{self.sums[0]});"]
