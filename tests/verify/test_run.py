"""A folder of kernels: what is checked, what is told of a kernel that is broken, and nothing left behind."""

import os
import shutil
import sys

import pytest
from click.testing import CliRunner
from kernels_to_check import folder, kernel

from bnsym.cli import main
from bnsym.errors import UsageError
from bnsym.layers.table import LAYERS
from bnsym.verify.checks import checks_of
from bnsym.verify.mutants import MUTANTS as MUTANT_TABLE
from bnsym.verify.run import LOADS, MUTANTS, verify_directory


@pytest.fixture
def kernels(tmp_path):
    for layer in LAYERS:
        shutil.copy(folder("generated") / f"{layer}.py", tmp_path)
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def failed(results):
    return {(r.kernel, r.check): r.detail for r in results if not r.passed}


def test_all_checks_of_all_kernels_are_told_as_they_are_done(kernels):
    told = []
    results = verify_directory(kernels, told.append)
    assert told == results
    assert failed(results) == {}
    for name in LAYERS:
        checks = [check.name for check in checks_of(kernel(name))]
        assert [r.check for r in results if r.kernel == name] == [LOADS, *checks, MUTANTS]
    assert all(r.detail and r.seconds >= 0 for r in results)
    assert sum(r.seconds for r in results) < 10


@pytest.fixture
def few_mutants(monkeypatch):
    monkeypatch.setattr("bnsym.verify.mutants.MUTANTS", MUTANT_TABLE[:8])


def test_the_kill_matrix_on_request(kernels, few_mutants):
    matrices = {}
    results = verify_directory(kernels, lambda result: None, matrices.__setitem__)
    assert failed(results) == {}
    assert list(matrices) == sorted(LAYERS)
    assert [len(rows) for rows in matrices.values()] == [8, 8]
    assert all(any(row.values()) for rows in matrices.values() for row in rows.values())


def test_other_files_are_not_run(kernels, few_mutants):
    (kernels / "setup.py").write_text("raise SystemExit('run')", encoding="utf-8")
    assert {r.kernel for r in verify_directory(kernels, lambda result: None)} == set(LAYERS)


def test_nothing_is_left_behind(kernels, few_mutants):
    modules = set(sys.modules)
    before = sorted(kernels.rglob("*"))
    verify_directory(kernels, lambda result: None)
    assert sorted(kernels.rglob("*")) == before
    assert not {name for name in set(sys.modules) - modules if "batch_norm" in name}


def test_a_kernel_that_was_edited_within_the_second_is_read_anew(kernels, few_mutants):
    path = kernels / "batch_norm.py"
    stamp = os.stat(path)
    verify_directory(kernels, lambda result: None)
    edit(path, "grad_beta = sum_grad_y\n", "grad_beta =-sum_grad_y\n")  # as long as it was
    os.utime(path, (stamp.st_atime, stamp.st_mtime))
    assert failed(verify_directory(kernels, lambda result: None))


# what is done to batch_norm.py, which check fails first, what it says
BROKEN = [
    (
        "empty",
        lambda path: path.write_text(""),
        LOADS,
        "has no function forward, backward, inference, update_running_stats",
    ),
    (
        "does not parse",
        lambda path: path.write_text("def forward(:\n"),
        LOADS,
        "cannot be imported (SyntaxError",
    ),
    (
        "raises",
        lambda path: path.write_text("1 / 0\n"),
        LOADS,
        "cannot be imported (ZeroDivisionError: division by zero)",
    ),
    (
        "exits",
        lambda path: path.write_text("raise SystemExit(0)\n"),
        LOADS,
        "cannot be imported (SystemExit: 0)",
    ),
    (
        "imports nothing there",
        lambda path: path.write_text("import nowhere_at_all\n"),
        LOADS,
        "No module named 'nowhere_at_all'",
    ),
    ("no text", lambda path: path.write_bytes(b"\x00\xff"), LOADS, "cannot be imported"),
    (
        "no backward",
        lambda path: edit(path, "def backward", "def backwards"),
        LOADS,
        "has no function backward; generate it anew",
    ),
    (
        "not a function",
        lambda path: path.write_text(path.read_text() + "\nbackward = 3\n"),
        LOADS,
        "has no function backward",
    ),
    (
        "wrong arguments",
        lambda path: path.write_text(path.read_text() + "\n\ndef forward(x):\n    return x\n"),
        "50 digits: float64",
        "the kernel raised TypeError: forward() got",
    ),
    (
        "returns nothing",
        lambda path: path.write_text(path.read_text() + "\n\ndef backward(grad_y, saved):\n    pass\n"),
        "50 digits: float64",
        "the kernel raised TypeError",
    ),
    (
        "ends the program",
        lambda path: path.write_text(
            path.read_text() + "\n\ndef inference(*a, **b):\n    raise SystemExit(0)\n"
        ),
        "inference",
        "the kernel raised SystemExit: 0",
    ),
    (
        "warns",
        lambda path: path.write_text(
            path.read_text()
            + "\n\nquiet = inference\n\n\ndef inference(*a, **b):\n"
            + "    np.log(np.zeros(1))\n    return quiet(*a, **b)\n"
        ),
        "inference",
        "the kernel raised RuntimeWarning: divide by zero",
    ),
]


@pytest.mark.parametrize(
    ("breaking", "check", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_kernel_fails_a_check_and_the_others_are_checked(
    kernels, few_mutants, breaking, check, message
):
    breaking(kernels / "batch_norm.py")
    results = verify_directory(kernels, lambda result: None)
    wrong = failed(results)
    assert {kernel for kernel, _ in wrong} == {"batch_norm"}
    first, *_ = wrong
    assert first == ("batch_norm", check)
    assert message in wrong[first]
    assert check == LOADS or "not measured, since the kernel itself fails" in wrong["batch_norm", MUTANTS]
    done = CliRunner().invoke(main, ["verify", str(kernels)])
    assert done.exit_code == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize("matrix", [[], ["--kill-matrix"]])
def test_the_command_passes_right_kernels(kernels, few_mutants, matrix):
    done = CliRunner().invoke(main, ["verify", str(kernels), *matrix])
    assert done.exit_code == 0, done.output
    assert ("dx: 100 times the projection" in done.output) == bool(matrix)
    assert "SURVIVES" not in done.output


def test_no_folder_and_no_kernels_are_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="nowhere is not a folder; write kernels: bnsym generate"):
        verify_directory(tmp_path / "nowhere", lambda result: None)
    (tmp_path / "other.py").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"no kernel in .* \(known: batch_norm.py, layer_norm.py\)"):
        verify_directory(tmp_path, lambda result: None)
    done = CliRunner().invoke(main, ["verify", str(tmp_path)])
    assert (done.exit_code, done.stderr.startswith("error: ")) == (2, True)
