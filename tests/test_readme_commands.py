"""The README's commands are what CI runs: it takes them out of the README, so the two cannot drift apart."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXTRACT = ROOT / ".ci" / "readme_command.py"


def extract(name, readme=ROOT / "README.md"):
    return subprocess.run(
        [sys.executable, str(EXTRACT), name, str(readme)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("name", "tool"), [("run", ".venv/bin/bnsym run"), ("test", ".venv/bin/pytest")])
def test_the_readme_gives_the_command(name, tool):
    done = extract(name)
    assert done.returncode == 0, done.stderr
    command = done.stdout.strip()
    assert command.startswith("python3 -m venv .venv && ")
    assert tool in command


def test_a_command_that_the_readme_does_not_give_is_refused(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("<!-- command: run -->\n```sh\nx\n```\n", encoding="utf-8")
    done = extract("test", readme)
    assert done.returncode == 2
    assert "marks no command 'test'; it marks ['run']" in done.stderr


def test_ci_takes_both_commands_from_the_readme_and_repeats_neither():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "for name in test run" in text
    assert 'readme_command.py "$name"' in text
    assert [line for line in text.splitlines() if "pytest" in line] == [".venv/bin/pytest -n 2 -m slow"]
