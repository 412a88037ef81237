"""Every example of the README runs and shows what the README says it shows."""

import re
import shlex
import subprocess
import sys

import pytest
from readme_blocks import README, ROOT, blocks, table

from bnsym.cli import main
from bnsym.proof.reasons import REASONS
from bnsym.report.summary import EXIT_CODES

KINDS = {"command", "file", "shows", "excerpt", "runs in"}


def run(arguments, folder):
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the README's files and the kernels that it generates, beside the derivations."""
    made = tmp_path_factory.mktemp("readme")
    (made / "derivations").symlink_to(ROOT / "derivations")
    for block in blocks():
        if block.kind == "file":
            (made / block.argument).write_text(block.text + "\n", encoding="utf-8")
    assert run(["-m", "bnsym", "generate", "batch_norm", "-o", "kernels"], made).returncode == 0
    archive = ["--certificates", "certificates"]
    assert run(["-m", "bnsym", "prove", "first.py", *archive], made).returncode == 0
    return made


def of_kind(kind):
    return [pytest.param(block, id=block.text.splitlines()[0]) for block in blocks() if block.kind == kind]


def test_every_example_says_how_it_is_tested():
    assert [block.text for block in blocks() if block.kind not in KINDS] == []
    assert {block.kind for block in blocks()} == KINDS


def pattern(shown, numbers_differ):
    """What the output has to match: `...` stands for any lines; times, rules and column widths are free."""
    lines = [r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in shown]
    return "".join(lines) if not numbers_differ else re.sub(r"\d+", "0", "".join(lines))


def plain(text, numbers_differ=False):
    """The text with one space for many, one stroke for a rule, and each time as 0.0."""
    text = re.sub(
        r"[ \t]+", " ", re.sub(r"─+", "─", re.sub(r"\d+\.\d+(?= ?s$|  |$)", "0.0", text, flags=re.M))
    )
    return re.sub(r" *$", "", re.sub(r"\d+", "0", text) if numbers_differ else text, flags=re.M)


@pytest.mark.parametrize("block", of_kind("shows"))
def test_a_command_shows_what_the_readme_shows(folder, block):
    command, *shown = block.text.splitlines()
    free = block.argument == "numbers differ"
    done = run(["-m", *shlex.split(command.removeprefix("$ "))], folder)
    assert done.returncode == int(re.sub(r"\D", "", block.argument) or 0), done.stderr
    expected = [plain(line, free) for line in shown]
    assert re.fullmatch(pattern(expected, free), plain(done.stdout, free)), done.stdout


@pytest.mark.parametrize("block", of_kind("excerpt"))
def test_an_excerpt_is_in_its_file(folder, block):
    path = folder / block.argument if (folder / block.argument).exists() else ROOT / block.argument
    assert block.text in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("block", of_kind("runs in"))
def test_code_runs(folder, block):
    done = run(["-c", block.text], folder / block.argument)
    assert done.returncode == 0, done.stderr


def test_the_table_of_reasons_is_the_one_in_the_code():
    written = {row[0].strip("`").split("(")[0]: row[1] for row in table("reasons")}
    names = {"definition": "unfold"}
    known = {names.get(r.name, r.name): " ".join(r.meaning.split()) for r in REASONS}
    assert {name: meaning for name, meaning in written.items() if name != "theorem"} == known


def test_every_command_is_in_the_readme():
    assert {name for name in main.commands if f"`bnsym {name}" not in README} == set()


def test_the_picture_of_the_house_has_every_part():
    parts = [path for path in (ROOT / "bnsym").iterdir() if not path.name.startswith(("_", "py.typed"))]
    names = {path.name + "/" * path.is_dir() for path in parts} - {"version.py"}
    assert {name for name in names if f"\n      {name}" not in README} == set()


def test_the_table_of_exit_codes_is_the_one_in_the_code():
    assert {int(row[0]): row[1] for row in table("exit codes")} == EXIT_CODES
