"""Golden files: what is generated, byte for byte.  Only `pytest --update-golden` changes them."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from generated import ADDED, BUILT_IN, printed

from bnsym.errors import UsageError
from bnsym.verify.emitted.generate import generate

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
BLOCKED = """
import sys
sys.modules.update(dict.fromkeys(("sympy", "mpmath", "bnsym")))
"""


def python(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def ruff(*arguments, source):
    pytest.importorskip("ruff", reason="ruff comes with the lint extra")
    command = [sys.executable, "-m", "ruff", *arguments, "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        [*command, "--stdin-filename", "kernel.py", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("layer", BUILT_IN)
def test_generated_bytes_are_the_golden_ones(layer, tmp_path, update_golden):
    written = generate(layer, tmp_path).path.read_bytes()
    golden = GOLDEN / f"{layer}.py"
    if update_golden:
        golden.write_bytes(written)
    assert golden.read_bytes() == written, "generated text changed; if it is meant: pytest --update-golden"


def test_there_is_no_golden_file_without_a_layer():
    assert {path.stem for path in GOLDEN.glob("*.py")} == set(BUILT_IN)


@pytest.mark.parametrize(("seed", "order"), [("0", 1), ("4711", -1)])
def test_bytes_depend_neither_on_the_hash_seed_nor_on_what_was_planned_before(seed, order):
    layers = BUILT_IN[::order]
    program = (
        "from bnsym.kernels.generate import module_of; from bnsym.layers.table import LAYERS; "
        f"print(''.join(module_of(LAYERS[name]()).text for name in {layers}), end='')"
    )
    expected = b"".join((GOLDEN / f"{layer}.py").read_bytes() for layer in layers)
    assert python("-c", program, PYTHONHASHSEED=seed) == expected


@pytest.mark.parametrize("layer", BUILT_IN)
def test_it_imports_numpy_alone(layer):
    tree = ast.parse(printed(layer).text)
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported == {"__future__", "typing", "numpy"}


@pytest.mark.parametrize("layer", BUILT_IN)
def test_it_runs_without_sympy_and_bnsym(layer):
    use = f"""
import numpy as np
from {layer} import backward, forward
y, saved = forward(np.eye(3), np.ones(3), np.ones(3))
print(len(backward(y, saved)))
"""
    assert python("-B", "-W", "error", "-c", BLOCKED + use, PYTHONPATH=str(GOLDEN)).strip() == b"3"


@pytest.mark.parametrize("layer", [*BUILT_IN, *(name for name in ADDED if name != "roots_summed")])
def test_it_passes_lint_and_format(layer):
    source = printed(layer).text
    checked = ruff("check", source=source)
    assert checked.returncode == 0, checked.stdout
    formatted = ruff("format", source=source)
    assert formatted.stdout == source


def test_an_unwritable_place_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match=r"generate -o .*file: cannot write batch_norm.py there"):
        generate("batch_norm", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_existing_file_is_replaced_whole(tmp_path):
    old = tmp_path / "layer_norm.py"
    old.write_text("x" * 100_000)
    generate("layer_norm", tmp_path)
    assert old.read_bytes() == (GOLDEN / "layer_norm.py").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"layer_norm.py", "layer_norm.certificates"}


def test_a_folder_in_the_files_place_is_a_clear_error_and_leaves_nothing(tmp_path):
    (tmp_path / "layer_norm.py").mkdir()
    with pytest.raises(UsageError, match=r"cannot write layer_norm.py there"):
        generate("layer_norm", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["layer_norm.py"]
