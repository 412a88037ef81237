"""Times of bnsym's kernels beside their peers, each in a process of its own, interleaved.

    python benchmarks/run.py --rounds 5 --json times.json --plot times.png

F is time over the memory floor of the same arrays in the same run, T is time over torch's.  The allocator is
warm for every peer alike (fresh pages would be most of a large call); --cold leaves it as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from cases import BY_NAME, LARGE
from peers import PEERS

WARM = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "1000000000000", "MALLOC_TOP_PAD_": "268435456"}
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
Times = dict[tuple[str, str], dict[str, list[float]]]


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--peers", default="|".join(PEERS), help="names with | between")
    parser.add_argument("--cases", default=" ".join(BY_NAME))
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.05, help="of a burst")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def started(peer: str, threads: int, kernels: Path, cold: bool) -> subprocess.Popen[str]:
    """The peer's process."""
    environment = {**os.environ, **({} if cold else WARM), **dict.fromkeys(ONE_THREAD, str(threads))}
    if threads == 1:
        environment["XLA_FLAGS"] = XLA
    worker = [sys.executable, str(Path(__file__).parent / "worker.py"), peer, str(threads), str(kernels)]
    pipe = subprocess.PIPE
    return subprocess.Popen(worker, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1)


def asked(process: subprocess.Popen[str], **question: object) -> float | None:
    """One burst of a peer's."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the worker has no pipes")
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    return None if not answer else json.loads(answer)


def measured(given: argparse.Namespace, kernels: Path) -> Times:
    """Every case and operation by every peer: rounds go round all peers."""
    wanted = [peer for peer in PEERS if peer not in ("torch", "jax") or find_spec(peer) is not None]
    wanted = [peer for peer in wanted if peer in given.peers.split("|")]
    workers = {peer: started(peer, given.threads, kernels, given.cold) for peer in wanted}
    times: Times = {}
    for name in given.cases.split():
        for operation in BY_NAME[name].operations:
            found = times.setdefault((name, operation), {})
            for k in range(given.rounds):
                for peer, process in workers.items():
                    question = {"case": name, "dtype": given.dtype, "operation": operation}
                    time = asked(process, **question, seconds=given.seconds, warm=k == 0)
                    if time is not None:
                        found.setdefault(peer, []).append(time)
            print(row(name, operation, found), flush=True)
    for process in workers.values():
        process.terminate()
    return times


def row(name: str, operation: str, found: dict[str, list[float]]) -> str:
    """One line of the table."""
    medians = {peer: statistics.median(values) for peer, values in found.items()}
    cells = []
    for peer, time in medians.items():
        parts = [f"{time:9.1f} us"]
        parts += [f"{time / medians[base]:5.2f}{sign}" for base, sign in BASES if base in medians]
        cells.append(f"{peer}: {' '.join(parts)}")
    return f"{name} {operation}: " + " | ".join(cells)


BASES = (("floor", "F"), ("torch", "T"))


def document(given: argparse.Namespace, times: Times) -> dict[str, object]:
    """Everything as JSON."""
    rows = [
        {
            "case": name,
            "operation": operation,
            "large": name in LARGE,
            "microseconds": {peer: statistics.median(values) for peer, values in found.items()},
            "rounds": found,
        }
        for (name, operation), found in times.items()
    ]
    return {"threads": given.threads, "dtype": given.dtype, "cold": given.cold, "rows": rows}


def plot(times: Times, path: Path) -> None:
    """Bars of time over torch's, a group a case and operation."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [peer for peer in next(iter(times.values())) if peer not in ("torch", "floor")]
    figure, axes = pyplot.subplots(figsize=(14, 5), layout="constrained")
    width = 0.8 / len(shown)
    for k, peer in enumerate(shown):
        ratios = [
            statistics.median(found[peer]) / statistics.median(found["torch"]) if peer in found else 0.0
            for found in times.values()
        ]
        axes.bar([n + k * width for n in range(len(times))], ratios, width, label=peer)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_ylabel("time / torch")
    axes.set_xticks([n + 0.4 for n in range(len(times))])
    axes.set_xticklabels([f"{name}\n{operation}" for name, operation in times], rotation=60, fontsize=7)
    axes.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Generate the kernels, measure, and write what was asked for."""
    given = options()
    from bnsym.kernels.c.generate import generate as generate_c
    from bnsym.verify.emitted.generate import generate

    with tempfile.TemporaryDirectory() as folder:
        for layer in ("batch_norm", "layer_norm"):
            generate(layer, Path(folder))
            generate_c(layer, Path(folder))
        times = measured(given, Path(folder))
    if given.json:
        given.json.write_text(json.dumps(document(given, times), indent=1), encoding="utf-8")
    if given.plot and all("torch" in found for found in times.values()):
        plot(times, given.plot)


main()
