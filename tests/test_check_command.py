"""`bnsym check`: certificates are replayed without SymPy; an invalid file claims nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from small_script import SCRIPT, bnsym, write_script

from bnsym.proof.replay import LIST, Result, plain, replay
from bnsym.proof.trusted.checker import BYTES

ROOT = Path(__file__).resolve().parent.parent
TRUSTED = ROOT / "bnsym" / "proof" / "trusted"
GOOD = "small.in_one_pass.json"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    assert bnsym("prove", "--certificates", folder / "out", write_script(folder)).exit_code == 0
    return folder / "out"


@pytest.fixture
def folder(archive, tmp_path):
    """A copy to spoil."""
    return copytree(archive, tmp_path / "out")


def edit(path, change):
    found = json.loads(path.read_bytes())
    change(found)
    path.write_text(json.dumps(found))


def other_statement(found):
    found["statement"][2] = "x_plus_one_is_x"


def other_coefficient(found):
    found["definitions"][0]["body"] = "2*" + found["definitions"][0]["body"]


def no_line(found):
    found["proof"] = []


# what is done to a certificate, how it is then called, the exit code
SPOILT = [
    ("its statement changed", lambda path: edit(path, other_statement), Result.INVALID, 4),
    ("a definition changed", lambda path: edit(path, other_coefficient), Result.INVALID, 4),
    ("its lines dropped", lambda path: edit(path, no_line), Result.INVALID, 4),
    ("a key dropped", lambda path: edit(path, lambda found: found.pop("needs")), Result.UNREADABLE, 2),
    ("cut short", lambda path: path.write_bytes(path.read_bytes()[:-40]), Result.UNREADABLE, 2),
    ("emptied", lambda path: path.write_bytes(b""), Result.UNREADABLE, 2),
    ("not UTF-8", lambda path: path.write_bytes(b"\xff" + path.read_bytes()), Result.UNREADABLE, 2),
    ("made too long", lambda path: path.write_bytes(path.read_bytes() + b" " * BYTES), Result.UNREADABLE, 2),
    ("made a list", lambda path: path.write_text("[]"), Result.UNREADABLE, 2),
    ("removed", Path.unlink, Result.UNREADABLE, 2),
    ("made a pipe", lambda path: (path.unlink(), os.mkfifo(path)), Result.UNREADABLE, 2),
]
SPOILT_IDS = [row[0] for row in SPOILT]


@pytest.mark.parametrize(("spoil", "result", "code"), [row[1:] for row in SPOILT], ids=SPOILT_IDS)
def test_exit_codes_of_a_spoilt_certificate(folder, spoil, result, code):
    spoil(folder / GOOD)
    for target in (folder, folder / GOOD):  # a removed one is missed in its folder, too: the list has it
        done = bnsym("check", target)
        assert done.exit_code == code, done.output
        assert f"{folder / GOOD} is {result}: " in done.stdout
    assert (
        f"3 valid, {int(code == 4)} invalid, {int(code == 2)} unreadable; " in bnsym("check", folder).stdout
    )


def test_all_valid(archive):
    done = bnsym("check", archive)
    assert done.exit_code == 0, done.output
    assert "4 valid, 0 invalid, 0 unreadable; " in done.stdout
    assert "small.in one pass: var = " in done.stdout


def test_needs_are_shown_with_the_theorem(tmp_path):
    text = SCRIPT.replace(
        'd.refute("no variance", var, 0)', 'd.prove("one", Sum(x[i] - mu, i) / sqrt(var), 0)'
    )
    bnsym("prove", "--certificates", tmp_path / "out", write_script(tmp_path, text))
    done = bnsym("check", tmp_path / "out" / "small.one.json")
    assert "= 0; needs var > 0; " in " ".join(done.stdout.split())


def test_an_invalid_certificate_does_not_print_its_claim(folder):
    edit(
        folder / GOOD, lambda found: found.update(statement=["var", "=", "0"], theorem="all variances are 0")
    )
    done = bnsym("check", folder / GOOD)
    assert done.exit_code == 4
    assert "var = 0" not in done.stdout
    assert "all variances" not in done.stdout


@pytest.mark.parametrize("word", ["\x1b[2K\rvalid", "a\nb ✓ valid"])
def test_a_title_cannot_move_the_cursor_or_add_a_line(folder, word):
    edit(folder / GOOD, lambda found: found.update(theorem=word))
    done = bnsym("check", folder / GOOD)
    assert done.exit_code == 4
    assert "\x1b" not in done.stdout
    assert "✓" not in done.stdout
    assert len(plain(word).splitlines()) == 1


def test_invalid_outweighs_unreadable(folder):
    edit(folder / GOOD, other_statement)
    (folder / "small.gradient.json").write_text("{")
    assert bnsym("check", folder).exit_code == 4


def test_a_folder_may_hold_other_files(folder):
    (folder / "README.md").write_text("mine")
    (folder / "deeper").mkdir()
    (folder / "script.py").write_text("raise SystemExit('run')")
    assert bnsym("check", folder).exit_code == 0
    (folder / "other.json").write_text('{"mine": 1}')
    done = bnsym("check", folder)
    assert done.exit_code == 2
    assert "other.json is unreadable: no certificate of the format" in done.stdout


# what is given, a word of what is told
NOTHING = [
    ("no path", [], "check what?"),
    ("a missing file", ["missing.json"], "No such file"),
    ("an empty folder", ["empty"], "neither certificates"),
    ("a derivation", ["small.py"], "no JSON"),
]


@pytest.mark.parametrize(("names", "told"), [row[1:] for row in NOTHING], ids=[row[0] for row in NOTHING])
def test_nothing_to_check_is_no_success(tmp_path, names, told):
    (tmp_path / "empty").mkdir()
    write_script(tmp_path)
    done = bnsym("check", *(tmp_path / name for name in names))
    assert done.exit_code == 2
    assert told in done.output


def test_json(folder):
    edit(folder / GOOD, other_statement)
    done = bnsym("check", "--json", folder)
    document = json.loads(done.stdout)
    assert (document["command"], document["exit_code"], done.exit_code) == ("check", 4, 4)
    found = {Path(item["file"]).name: item for item in document["items"]}
    assert [item["result"] for item in found.values()].count("valid") == 3
    assert found[GOOD]["statement"] == found[GOOD]["theorem"] == ""
    assert found["small.gradient.json"]["theorem"] == "small.gradient"
    assert found["small.gradient.json"]["as_expected"] is True


def test_a_list_with_paths_in_it_reaches_no_further_than_the_folder(folder, tmp_path):
    (tmp_path / "victim.json").write_text("mine")
    with (folder / LIST).open("a") as file:
        file.write(f"{'0' * 64}  ../victim.json\n")
    assert bnsym("check", folder).exit_code == 0
    assert replay(folder / GOOD).as_expected


WITHOUT = """
import sys
from bnsym.cli import main
try:
    main(["check", *sys.argv[1:]], standalone_mode=False)
except SystemExit as done:
    code = done.code
print(sorted({"sympy", "numpy", "mpmath"} & set(sys.modules)))
"""


def test_neither_sympy_nor_numpy_is_loaded(archive):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, archive], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "4 valid" in done.stdout


BARE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.modules.update(dict.fromkeys(("sympy", "numpy", "mpmath", "click", "rich")))
from runpy import run_module
run_module("bnsym.proof.trusted", run_name="__main__", alter_sys=True)
"""


def bare(*arguments, flags=("-I",)):
    """The trusted folder by itself, as it is run where nothing is installed."""
    command = [sys.executable, *flags, "-S", "-W", "error", "-c", BARE, ROOT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flags", [("-I",), ("-I", "-O")], ids=["plain", "without asserts"])
def test_the_trusted_folder_runs_by_itself(folder, flags):
    done = bare(*sorted(folder.glob("*.json")), flags=flags)
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == ["valid"] * 4
    edit(folder / GOOD, lambda found: found.update(statement=["var", "=", "0"]))
    done = bare(folder / "missing.json", *sorted(folder.glob("*.json")), flags=flags)
    assert done.returncode == 4
    assert [line.split(": ")[1] for line in done.stdout.splitlines()].count("INVALID") == 1
    assert "var = 0" not in done.stdout
    assert bare(folder / "missing.json", flags=flags).returncode == 2
    assert bare(flags=flags).returncode == 2


def test_the_trusted_folder_imports_itself_and_the_standard_library():
    for path in TRUSTED.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]):
                top = words[1].split(".")[0]
                assert top in sys.stdlib_module_names or words[1].startswith("bnsym.proof.trusted"), line
