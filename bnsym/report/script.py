"""What a derivation script ends with when it is run by itself: decide what it made, show it, exit."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from time import perf_counter
from typing import NoReturn

from bnsym.errors import UsageError
from bnsym.proof.derivation import Derivation
from bnsym.report import summary
from bnsym.report.progress import Tell, progress
from bnsym.report.terminal import show
from bnsym.report.trouble import explain
from bnsym.report.work import Found

INTERRUPTED = 130


def main() -> NoReturn:
    """Decide every derivation made so far, print the table of `bnsym prove`, end with its exit code.

    For the end of a script, under `if __name__ == "__main__":`.  A mistake of the script's is one message
    on standard error; a bug in bnsym keeps its traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a claim may hold letters that the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    start = perf_counter()
    try:
        with progress() as tell:
            found = _decided(tell)
    except KeyboardInterrupt:
        _stop("interrupted", INTERRUPTED)
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        _stop(f"error: {told.message}", told.exit_code)
    show("prove", found, perf_counter() - start)
    sys.exit(found.exit_code)


def _decided(tell: Tell) -> Found:
    """What the derivations made so far come to."""
    outcomes = [outcome for derivation in Derivation.registry for outcome in derivation.check(tell)]
    if not outcomes:
        raise UsageError("bnsym.main(): no theorem was stated before it; call it at the end of the script")
    trouble = tuple(summary.outcome_trouble(outcomes))
    return Found(summary.proof_line(outcomes), summary.proof_code(outcomes), trouble, tuple(outcomes))


def _stop(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
