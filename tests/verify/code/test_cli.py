"""`bnsym verify TARGET...` on a user's own code: exit codes, the table, JSON."""

import json
from pathlib import Path

import pytest
import user_norms
from click.testing import CliRunner

from bnsym.cli import main

FILE = user_norms.__file__


def run(*args):
    return CliRunner().invoke(main, ["verify", *args])


CASES = [
    ([f"{FILE}:forward", f"{FILE}:backward"], 0, "3 proved, 0 refuted, 0 unknown"),
    ([f"{FILE}:forward", f"{FILE}:backward_wrong"], 1, "2 proved, 1 refuted, 0 unknown"),
    ([f"{FILE}:forward", f"{FILE}:backward_branching"], 3, "0 proved, 0 refuted, 3 unknown"),
    ([f"{FILE}:BatchNorm", "--layout", "NCHW"], 0, "3 proved"),
    ([f"{FILE}:forward", f"{FILE}:backward", "--size", "N=3"], 0, "0 proved, 3 bounded, 0 refuted"),
    ([f"{FILE}:forward", "--layer", "batch_norm"], 0, "1 proved"),
    ([f"{FILE}:forward", "--layer", "layer_norm"], 1, "1 refuted"),
    ([f"{FILE}:forward", f"{FILE}:backward", "--arg", "eps=0.5", "--arg", "x=M,K"], 0, "x: array (M, K)"),
    ([f"{FILE}:forward", f"{FILE}:backward", "--gradient", "x=result[0]"], 0, "1 proved"),
    ([f"{FILE}:nothing"], 2, "has no 'nothing'"),
    (["nowhere.py:f"], 2, "there is no file"),
    ([f"{FILE}:forward", f"{FILE}:backward", "--arg", "eps"], 2, "NAME=VALUE"),
    ([f"{FILE}:forward", f"{FILE}:backward", "--size", "N=0"], 2, "integer of at least 1"),
    ([f"{FILE}:forward", str(Path(FILE).parent)], 2, "is a folder"),
]


@pytest.mark.parametrize(("args", "code", "text"), CASES, ids=[row[2] for row in CASES])
def test_exit_codes(args, code, text):
    done = run(*args)
    assert done.exit_code == code, done.output
    assert text in done.output


def test_the_table_shows_the_term_and_the_input():
    shown = run(f"{FILE}:forward", f"{FILE}:backward_wrong").output
    for text in (
        "the projection term −x̂·Σgx̂/m is missing",
        "it returns",
        "right is",
        "dout = ",
        "read as: x: array",
    ):
        assert text in shown


def test_it_says_that_the_code_was_run():
    assert "ran this code because it was named" in run(f"{FILE}:forward", f"{FILE}:backward").output
    assert "imported and run" in " ".join(run("--help").output.split())


def test_json_has_all_of_it():
    done = run(f"{FILE}:forward", f"{FILE}:backward_wrong", "--json")
    told = json.loads(done.output)
    first = told["items"][0]
    assert (told["exit_code"], first["of"], first["verdict"]) == (1, "x", "refuted")
    assert first["counterexample"]["inputs"]["gamma"] == "[1]"
    assert told["items"][1]["needs"] == ["eps > 0"]


def test_what_the_code_prints_does_not_mix_with_the_json(tmp_path):
    path = tmp_path / "loud.py"
    path.write_text(
        "print('loaded')\n"
        "def forward(x):\n    print('forward')\n    return 2 * x\n"
        "def backward(dout):\n    print('backward')\n    return 2 * dout\n"
    )
    assert json.loads(run(str(path), "--json").output)["items"][0]["verdict"] == "proved"
