"""Each guard of the checker is needed: without it a wrong proof is accepted, or a right one is not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from trusted.guards import ANYHOW, faults

ROOT = Path(__file__).parents[2]
TRUSTED = Path("bnsym", "proof", "trusted")
NEEDED = ["__init__.py", "errors.py", "version.py", "proof/__init__.py"]
FILES = ["checker.py", "facts.py"]  # every guard of these is known to be missed; the others are to follow


def noticed(copy, name, text):
    """True if the checker with that text instead of the file's own is found out."""
    kept = (copy / TRUSTED / name).read_text(encoding="ascii")
    (copy / TRUSTED / name).write_text(text, encoding="ascii")
    command = [sys.executable, str(ROOT / "tests" / "trusted" / "guards.py")]
    paths = os.pathsep.join([str(copy), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return True
    finally:
        (copy / TRUSTED / name).write_text(kept, encoding="ascii")
    return done.returncode != 0


@pytest.fixture
def copy(tmp_path):
    for name in NEEDED:
        (tmp_path / "bnsym" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "bnsym" / name, tmp_path / "bnsym" / name)
    shutil.copytree(ROOT / TRUSTED, tmp_path / TRUSTED, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_checker_itself_is_not_found_out(copy):
    assert not noticed(copy, "rules.py", (ROOT / TRUSTED / "rules.py").read_text(encoding="ascii"))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_guard_is_idle(copy, name):
    source = (ROOT / TRUSTED / name).read_text(encoding="ascii")
    made = [(gone, text) for gone, text in faults(source) if gone.split(": ", 1)[1] not in ANYHOW]
    idle = [gone for gone, text in made if not noticed(copy, name, text)]
    print(f"{name}: {len(made)} guards, one gone at a time")
    assert idle == []
