"""The command line: exit codes, one message for a user's mistake, tables for people and JSON for programs."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from stand_ins import check_result, generating, outcome, proving, replace_module, verifying

import bnsym
from bnsym import errors
from bnsym.cli import main

PROVED, REFUTED, UNKNOWN = outcome("proved"), outcome("refuted"), outcome("unknown", "unknown")
NOT_REFUTED, NOT_PROVED = outcome("proved", "refuted"), outcome("refuted", "proved")
UNDECIDED = outcome("unknown", "proved")


def call(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


# what the derivations come to, the exit code of `bnsym prove`
PROVE_CODES = [
    ("all proved", [PROVED, PROVED], 0),
    ("refuted as expected", [PROVED, REFUTED], 0),
    ("unknown as expected", [UNKNOWN], 0),
    ("refuted, expected proved", [PROVED, NOT_PROVED], 1),
    ("proved, expected refuted", [NOT_REFUTED], 1),
    ("proved, expected unknown", [outcome("proved", "unknown")], 1),
    ("unknown, expected proved", [PROVED, UNDECIDED], 3),
    ("a failure outweighs an unknown", [UNDECIDED, NOT_PROVED, UNDECIDED], 1),
    ("no claims", [], 2),
    ("a step does not follow", [PROVED, errors.StepError("step 2 of x does not follow")], 1),
    ("undeclared index", [errors.UndeclaredIndexError("index j has no size")], 2),
    ("bound index used free", [errors.ScopeError("index j is bound")], 2),
    ("clashing sizes", [errors.SizeError("m and n")], 2),
    ("a bug found", [errors.InternalError("proved and refuted")], 3),
    ("a file cannot be read", [PermissionError("no access")], 2),
]


@pytest.mark.parametrize(
    ("outcomes", "code"), [row[1:] for row in PROVE_CODES], ids=[r[0] for r in PROVE_CODES]
)
def test_exit_codes_of_prove(monkeypatch, outcomes, code):
    proving(monkeypatch, outcomes)
    done = call("prove")
    assert done.exit_code == code, done.output
    raised = any(isinstance(each, Exception) for each in outcomes) or not outcomes
    assert done.stderr.startswith("error: ") if raised else done.stderr == ""
    assert "Traceback" not in done.output


def test_prove_shows_a_row_a_claim_and_counts(monkeypatch):
    proving(monkeypatch, [PROVED, REFUTED, outcome("refuted", derivation="means", name="unequal_sizes")])
    lines = call("prove").stdout.splitlines()
    assert lines[0].split() == ["derivation,", "theorem", "verdict", "ms", "needs,", "or", "witness"]
    assert [line.split() for line in lines[2:6]] == [
        ["bias_cancellation"],
        ["✓", "mean_absorbs_bias", "proved", "2.1", "m", ">=", "1"],
        ["✓", "mean_absorbs_bias", "refuted", "2.1", "m", "=", "1:", "left", "0,", "right", "1"],
        ["means"],
    ]
    assert lines[-1].startswith("1 proved, 2 refuted as expected, 0 unknown; ")
    assert lines[-1].endswith(" s")


def test_prove_tells_where_a_verdict_is_not_as_expected(monkeypatch):
    proving(monkeypatch, [PROVED, NOT_PROVED, UNDECIDED])
    shown = call("prove").stdout
    assert (
        "derivations/bias_cancellation.py:12: bias_cancellation: mean_absorbs_bias is refuted, expected"
        in shown
    )
    assert "claim: mean(z + b) = mean(z) + b" in shown
    assert "witness: m = 1: left 0, right 1" in shown
    assert "  normal forms differ" in shown
    assert "1 proved, 0 refuted as expected, 1 unknown, 2 NOT as expected" in shown


def test_brackets_in_a_witness_are_shown_as_they_are(monkeypatch):
    proving(monkeypatch, [outcome("refuted", witness="x[i] = [1/2, red], :m: [bold]1[/bold]")])
    assert "x[i] = [1/2, red], :m: [bold]1[/bold]" in call("prove").stdout


def test_letters_that_the_encoding_lacks_are_escaped(monkeypatch):
    proving(monkeypatch, [outcome("proved", needs=("σ² + ε > 0",))])
    done = CliRunner(charset="ascii").invoke(main, ["prove"])
    assert done.exit_code == 0, done.exception
    assert "\\u03c3\\xb2 + \\u03b5 > 0" in done.stdout


def test_prove_json(monkeypatch):
    proving(monkeypatch, [PROVED, NOT_PROVED])
    done = call("prove", "--json")
    document = json.loads(done.stdout)
    assert (document["command"], document["exit_code"], done.exit_code) == ("prove", 1, 1)
    first, second = document["items"]
    assert first["verdict"] == "proved"
    assert first["needs"] == ["m >= 1"]
    assert first["as_expected"] is True
    assert (second["verdict"], second["expected"], second["as_expected"]) == ("refuted", "proved", False)
    assert second["witness"] == "m = 1: left 0, right 1"
    assert len(document["trouble"]) == 1


def test_a_message_that_has_its_place_is_not_placed_twice(monkeypatch, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("", encoding="utf-8")

    def prove_paths(paths, on_outcome):
        text = "from bnsym.errors import UsageError\nraise UsageError('at script.py:2: no')"
        exec(compile(text, str(script), "exec"), {})

    replace_module(monkeypatch, "bnsym.proof.suite", prove_paths=prove_paths)
    assert call("prove", script).stderr == "error: at script.py:2: no\n"


def test_an_interrupt_is_neither_a_failure_nor_a_success(monkeypatch):
    proving(monkeypatch, [KeyboardInterrupt()])
    done = call("prove")
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")


def test_generate(tmp_path):
    done = call("generate", "batch_norm", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "batch_norm.py").exists()
    assert "batch_norm.backward.grad_x" in done.stdout
    assert "1 kernel written: batch_norm; " in done.stdout


def test_generate_json(tmp_path):
    document = json.loads(call("generate", "layer_norm", "-o", tmp_path, "--json").stdout)
    (item,) = document["items"]
    written = tmp_path / "layer_norm.py"
    assert item["path"] == str(written)
    assert item["sha256"] == sha256(written.read_bytes()).hexdigest()
    assert "layer_norm.backward.grad_x" in item["theorems"]


GOOD, BAD = (
    check_result("grad_x", True),
    check_result("grad_beta", False, "3 of 8 off"),
)


@pytest.mark.parametrize(("results", "code"), [([GOOD], 0), ([GOOD, BAD], 1), ([], 2)])
def test_exit_codes_of_verify(monkeypatch, tmp_path, results, code):
    verifying(monkeypatch, results)
    done = call("verify", tmp_path)
    assert done.exit_code == code, done.output


def test_verify_shows_a_row_a_check_and_what_failed(monkeypatch, tmp_path):
    verifying(monkeypatch, [GOOD, BAD])
    shown = call("verify", tmp_path).stdout
    assert "passed" in shown
    assert "batch_norm: grad_beta failed: 3 of 8 off" in shown
    assert "1 checks passed, 1 failed; " in shown


def test_verify_json(monkeypatch, tmp_path):
    verifying(monkeypatch, [GOOD, BAD])
    document = json.loads(call("verify", tmp_path, "--json").stdout)
    assert [item["passed"] for item in document["items"]] == [True, False]
    assert document["exit_code"] == 1


def test_verify_shows_the_kill_matrix_where_it_is_asked_for(monkeypatch, tmp_path):
    verifying(monkeypatch, [GOOD])
    shown = call("verify", tmp_path, "--kill-matrix").stdout
    assert "batch_norm: which check kills which mutant" in shown
    assert [line.split() for line in shown.splitlines() if "dropped" in line] == [
        ["dx:", "mean", "term", "dropped", "●", "1"]
    ]
    document = json.loads(call("verify", tmp_path, "--kill-matrix", "--json").stdout)
    assert document["kill_matrix"] == {"batch_norm": {"dx: mean term dropped": {"grad_x": True}}}
    assert "kill_matrix" not in json.loads(call("verify", tmp_path, "--json").stdout)


# what the derivations and the checks come to, the exit code, the three results in the closing table
RUNS = [
    ("all as expected", [PROVED, REFUTED], [GOOD], 0, ["as expected", "as expected", "as expected"]),
    ("a claim fails", [NOT_PROVED], [GOOD], 1, ["✗ exit 1", "as expected", "as expected"]),
    ("unknown", [UNDECIDED], [GOOD], 3, ["✗ exit 3", "as expected", "as expected"]),
    ("a check fails", [PROVED], [BAD], 1, ["as expected", "as expected", "✗ exit 1"]),
    ("unknown, and a check fails", [UNDECIDED], [BAD], 1, ["✗ exit 3", "as expected", "✗ exit 1"]),
    ("a script raises", [errors.UsageError("no file")], [GOOD], 2, ["✗ exit 2", "not run", "not run"]),
    ("no checks", [PROVED], [], 2, ["as expected", "as expected", "✗ exit 2"]),
]


@pytest.mark.parametrize(
    ("outcomes", "results", "code", "row"), [r[1:] for r in RUNS], ids=[r[0] for r in RUNS]
)
def test_run_does_all_and_ends_in_one_table(monkeypatch, outcomes, results, code, row):
    proving(monkeypatch, outcomes)
    generating(monkeypatch, "batch_norm", "layer_norm")
    verifying(monkeypatch, results)
    done = call("run")
    assert done.exit_code == code, done.output
    lines = done.stdout.splitlines()
    for phase, result in zip(("prove", "generate", "verify"), row, strict=True):
        assert [line for line in lines if line.startswith(phase) and result in line], (phase, result)
    assert lines[-1].endswith(" s")
    assert call("run", "--json").exit_code == code


def test_run_keeps_the_kernels_where_asked(monkeypatch, tmp_path):
    proving(monkeypatch, [PROVED])
    generating(monkeypatch, "batch_norm", "layer_norm")
    verifying(monkeypatch, [GOOD])
    document = json.loads(call("run", "-o", tmp_path / "kernels", "--json").stdout)
    assert {path.name for path in (tmp_path / "kernels").iterdir()} == {"batch_norm.py", "layer_norm.py"}
    assert [phase["name"] for phase in document["items"]] == ["prove", "generate", "verify"]
    assert document["items"][0]["found"]["items"][0]["as_expected"] is True
    assert document["exit_code"] == 0


# arguments, exit code, what standard error must say
WRONG = [
    (["prov"], 2, "No such command 'prov'"),
    (["prove", "--nope"], 2, "No such option"),
    (["generate"], 2, "Missing argument 'LAYER'"),
    (["generate", "batch_norm"], 2, "Missing option '-o'"),
    (
        ["generate", "batchnorm", "-o", "out"],
        2,
        "error: no layer is called 'batchnorm'; there are batch_norm, layer_norm",
    ),
    (
        ["generate", "batch_norm", "-o", "a_file"],
        2,
        "error: generate -o a_file: cannot write batch_norm.py there",
    ),
    (["verify"], 2, "Missing argument 'TARGET...'"),
    (["verify", "nowhere"], 2, "error: bnsym verify: nowhere is not a folder; write kernels first"),
    (["verify", "a_file"], 2, "error: bnsym verify: a_file is not a folder"),
    (["run", "extra"], 2, "unexpected extra argument"),
    (["run", "-o", "a_file"], 2, "error: generate -o a_file: cannot write batch_norm.py there"),
]


@pytest.mark.parametrize(("args", "code", "message"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_wrong_usage(monkeypatch, tmp_path, args, code, message):
    proving(monkeypatch, [PROVED])
    monkeypatch.chdir(tmp_path)
    Path("a_file").write_text("", encoding="utf-8")
    done = call(*args)
    assert done.exit_code == code, done.output
    assert message in done.output
    assert "Traceback" not in done.output


def test_a_bug_keeps_its_traceback(monkeypatch):
    bug = ZeroDivisionError("a bug")
    proving(monkeypatch, [bug])
    monkeypatch.setattr("bnsym.report.trouble.script_line", lambda error: None)
    assert call("prove").exception is bug


@pytest.mark.parametrize(
    "args", [["--help"], ["prove", "-h"], ["generate", "-h"], ["verify", "-h"], ["run", "-h"]]
)
def test_help_documents_the_exit_codes(args):
    done = call(*args)
    assert done.exit_code == 0
    assert all(f"  {code}  " in done.stdout for code in range(4))


@pytest.mark.parametrize(
    ("args", "code", "stdout", "stderr"),
    [
        (["--version"], 0, f"bnsym {bnsym.__version__}", ""),
        (["--help"], 0, "Exit codes:", ""),
        ([], 2, "", "Usage: "),
        (["verify", "nowhere"], 2, "", "error: bnsym verify: nowhere is not a folder"),
    ],
)
def test_the_real_command(tmp_path, args, code, stdout, stderr):
    done = subprocess.run(
        [sys.executable, "-m", "bnsym", *args], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == code, done.stderr
    assert stdout in done.stdout
    assert stderr in done.stderr
    assert "Traceback" not in done.stderr
