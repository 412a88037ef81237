"""Everything again under `python -O`, which removes `assert` statements.

pytest rewrites those of test modules into code that stays; helpers raise.  So a check that fails is seen;
faults of the checker show that here.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BATTERIES = ["tests/trusted", "tests/proof"]
# pytest warns of `assert` in modules that it does not rewrite; there are none, see the first test
OPTIMIZED = [sys.executable, "-O", "-W", "ignore:assertions not in test modules", "-m", "pytest", "-q"]
QUIET = ["-p", "no:cacheprovider", "-W", "ignore:assertions not in test modules", "-n", "0"]
FAULTS = ["a sign is never in doubt", "a rule accepts everything", "sums of any sign are positive"]


def optimized(*arguments, **environment):
    paths = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [*OPTIMIZED, *QUIET, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": paths, **environment},
    )


def test_no_helper_asserts():
    helpers = [path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_")]
    used = [path for path in helpers if path.parent.name in ("tests", "trusted", "proof")]
    found = [
        f"{path.name}:{node.lineno}"
        for path in used
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen_under_optimization(fault):
    done = optimized(
        "-x", "-p", "trusted.mutants_of_rules", "tests/trusted/test_wrong_proofs.py", FAULT=fault
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DID NOT RAISE" in done.stdout


def test_an_assertion_is_seen_under_optimization(tmp_path):
    path = tmp_path / "test_false.py"
    path.write_text(
        "def test_debug_is_off():\n    assert not __debug__\n\ndef test_false():\n    assert 1 == 2\n"
    )
    done = optimized("--rootdir", str(tmp_path), "-c", os.devnull, str(path))
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("folder", BATTERIES)
def test_the_batteries_under_optimization(folder):
    done = optimized("--ignore", "tests/trusted/test_optimized.py", folder)
    print(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]
