"""Running coqc: a theorem is accepted if coqc ends with 0 and assumes no more than Coq's own reals do."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bnsym.errors import InternalError, UsageError
from bnsym.proof.coq.export import LIBRARY, LOGICAL, library

LIMIT = 30  # seconds of processor time a theorem; each takes 1 to 3
PATIENCE = 20  # times as long by the clock, where other programs keep the processors busy
LIMITED = 'ulimit -t "$0" && exec "$@"'
INSTALL = "on Debian or Ubuntu: apt-get install --no-install-recommends coq libcoq-coquelicot"
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "functional_extensionality_dep",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)


@dataclass(frozen=True)
class Judgement:
    """What Coq said: accepted, or why not."""

    accepted: bool
    detail: str
    seconds: float


@dataclass(frozen=True)
class Coq:
    """A coqc, and a folder with the compiled support library."""

    program: str
    folder: Path
    limit: int = LIMIT

    @classmethod
    def prepared(cls, folder: Path, limit: int = LIMIT) -> Coq:
        """Find coqc and compile the library in the folder.  Raises UsageError where Coq is not installed."""
        program = shutil.which("coqc")
        if program is None:
            raise UsageError(f"check --coq: coqc is not here; install Coq and Coquelicot ({INSTALL})")
        coq = cls(program, folder, limit)
        for name, text in library().items():
            (folder / name).write_text(text, encoding="utf-8")
        for name in LIBRARY:
            coq._compile_library(name)
        return coq

    def _compile_library(self, name: str) -> None:
        done = self._run(f"{name}.v", 10 * self.limit)
        if "Coquelicot" in done.stderr and "Error" in done.stderr:
            raise UsageError(f"check --coq: Coq is here, Coquelicot is not; install it ({INSTALL})")
        if done.returncode:
            raise InternalError(f"coqc refuses bnsym's library {name}.v: {_error(done.stderr)}")

    def judge(self, name: str, text: str) -> Judgement:
        """Check one theorem's file, which ends by printing what the theorem assumes."""
        (self.folder / f"{name}.v").write_text(text, encoding="utf-8")
        start = perf_counter()
        try:
            done = self._run(f"{name}.v", self.limit)
        except subprocess.TimeoutExpired:
            return Judgement(False, f"no answer in {PATIENCE * self.limit} s", perf_counter() - start)
        seconds = perf_counter() - start
        if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return Judgement(False, f"no answer in {self.limit} s of processor time", seconds)
        if done.returncode:
            return Judgement(False, _error(done.stderr), seconds)
        extra = assumptions(done.stdout)
        return Judgement(not extra, extra, seconds)

    def _run(self, file: str, limit: int) -> subprocess.CompletedProcess[str]:
        coqc = [self.program, "-q", "-w", "none", "-Q", ".", LOGICAL, file]
        return subprocess.run(
            ["sh", "-c", LIMITED, str(limit), *coqc],
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE * limit,
            check=False,
        )


def assumptions(output: str) -> str:
    """What is wrong with the printed assumptions; nothing if they lie within the axioms of Coq's reals."""
    lines = output.strip().splitlines()
    if lines == ["Closed under the global context"]:
        return ""
    if not lines or lines[0] != "Axioms:":
        return f"coqc ended well, but did not print the theorem's assumptions: {output.strip()[:200]!r}"
    names = {re.split(r"[\s:]", line, maxsplit=1)[0] for line in lines[1:] if not line[:1].isspace()}
    extra = sorted(names - AXIOMS)
    return f"assumes {', '.join(extra)}" if extra else ""


def _error(stderr: str) -> str:
    """The first error, on one line."""
    at = stderr.find("Error:")
    return " ".join(stderr[max(at, 0) :].split())[:300] or "coqc failed and said nothing"
