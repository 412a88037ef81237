"""`bnsym generate`: what it prints, what it writes, how it refuses."""

import hashlib
import json

import pytest
from click.testing import CliRunner

from bnsym.cli import main
from bnsym.layers.table import LAYERS


def bnsym(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("layer", LAYERS)
def test_json_tells_the_file_its_hash_and_its_theorems(layer, tmp_path):
    done = bnsym("generate", layer, "-o", tmp_path / "new" / "folder", "--json")
    assert done.exit_code == 0
    [item] = json.loads(done.stdout)["items"]
    written = tmp_path / "new" / "folder" / f"{layer}.py"
    assert item["path"] == str(written)
    assert item["sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    assert f"{layer}.backward.grad_x" in item["theorems"]
    assert f"{layer}.forward.var" in item["theorems"]
    assert written.stat().st_mode & 0o777 == 0o644


def test_an_unknown_layer_is_a_users_mistake(tmp_path):
    done = bnsym("generate", "bach_norm", "-o", tmp_path / "kernels")
    assert done.exit_code == 2
    assert "no layer is called 'bach_norm'; there are batch_norm, layer_norm" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_a_users_mistake(tmp_path):
    (tmp_path / "kernels").write_text("mine")
    done = bnsym("generate", "batch_norm", "-o", tmp_path / "kernels")
    assert done.exit_code == 2
    assert "cannot write batch_norm.py there" in done.stderr
    assert (tmp_path / "kernels").read_text() == "mine"


def test_generating_twice_writes_the_same(tmp_path):
    first = bnsym("generate", "layer_norm", "-o", tmp_path)
    before = (tmp_path / "layer_norm.py").read_bytes()
    second = bnsym("generate", "layer_norm", "-o", tmp_path)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (tmp_path / "layer_norm.py").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"layer_norm.py", "layer_norm.certificates"}
