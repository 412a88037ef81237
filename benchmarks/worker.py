"""One peer in a process of its own: reads a line of JSON a burst, answers with its median in microseconds."""

from __future__ import annotations

import json
import os
import statistics
import sys
from time import perf_counter

sys.path.insert(0, sys.argv[3])

from cases import BY_NAME
from peers import PEERS, Arrays, Calls


def burst(call, seconds: float) -> float:
    """The median time of a call over so many seconds, in microseconds; at least three calls."""
    times: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end or len(times) < 3:
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return statistics.median(times) * 1e6


def main() -> None:
    """Serve until the input ends."""
    peer, threads = sys.argv[1], int(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):  # some peers take more threads than they are told to
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    known: tuple[tuple[str, str], Calls] | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        key = asked["case"], asked["dtype"]
        try:
            if known is None or known[0] != key:
                known = None
                known = key, PEERS[peer](Arrays(BY_NAME[key[0]], key[1]), threads)
            call = known[1][asked["operation"]]
            if asked["warm"]:
                call()
            answer: float | None = burst(call, asked["seconds"])
        except Exception as error:
            print(f"{peer}: {type(error).__name__}: {error}", file=sys.stderr)
            answer = None
        print(json.dumps(answer), flush=True)


main()
