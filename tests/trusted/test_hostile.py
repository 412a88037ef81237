"""A hostile file ends in an error, `Refused` or `Unreadable`, within 2 s and 500 MB, without a claim."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from trusted.hostile import FILES, GOOD

MEMORY = 500 << 20
SECONDS = 2
ONE_BY_ONE = """
import sys, time
from pathlib import Path
from bnsym.proof.trusted.checker import Unreadable, check_text
from bnsym.proof.trusted.formula import Refused
for path in sorted(Path(sys.argv[1]).iterdir()):
    start = time.process_time()
    try:
        check_text(path.read_bytes())
        end = 'ACCEPTED'
    except (Refused, Unreadable):
        end = 'error'
    except BaseException as error:
        end = f'TRACEBACK {type(error).__name__}'
    print(path.name, end, time.process_time() - start)
"""
ROOT = Path(__file__).parents[2]


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["plain", "optimized"])
def test_hostile_files(flags: list[str], tmp_path: Path) -> None:
    names = list(FILES)
    for k, name in enumerate(names):
        (tmp_path / f"{k:03}").write_bytes(FILES[name])
    (tmp_path / "999").write_bytes(GOOD)
    command = [sys.executable, *flags, "-c", ONE_BY_ONE, str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False, preexec_fn=_limits
    )
    rows = [line.split(" ") for line in done.stdout.splitlines()]
    bad = [
        (names[int(row[0])], *row[1:]) for row in rows[:-1] if row[1] != "error" or float(row[2]) > SECONDS
    ]
    assert not bad, bad
    assert len(rows) == len(names) + 1, (names[len(rows)], done.stderr[-500:])
    assert rows[-1][1] == "ACCEPTED"


def test_a_directory_is_unreadable(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bnsym.proof.trusted", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
