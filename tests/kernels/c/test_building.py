"""Building the C: once, whoever asks at once; without a compiler, the error says what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from compiled import COMPILER, compiled, folder, needs_compiler, source

from bnsym.cli import main

CALL = """
import sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np
import batch_norm_c as k
x = np.arange(40, dtype=sys.argv[2]).reshape(10, 4)
y, saved = k.forward(x, np.ones(4, x.dtype), np.zeros(4, x.dtype))
assert abs(y.std() - 1) < 1e-3, y
assert "sympy" not in sys.modules and "bnsym" not in sys.modules
print("right")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    directory = tmp_path_factory.mktemp("written")
    done = CliRunner().invoke(main, ["generate", "batch_norm", "--backend", "c", "-o", str(directory)])
    assert done.exit_code == 0, done.output
    return directory


def start(written, cache, dtype="float32", **environment):
    given = {**os.environ, "XDG_CACHE_HOME": str(cache), **environment}
    command = [sys.executable, "-c", CALL, str(written), dtype]
    return subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process):
    out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def test_the_command_writes_three_files(written):
    names = {"batch_norm.c", "batch_norm.h", "batch_norm_c.py"}
    assert {path.name for path in written.iterdir() if path.is_file()} == names


@needs_compiler
def test_many_processes_build_at_once(written, tmp_path):
    processes = [start(written, tmp_path / "cache") for _ in range(6)]
    assert [ended(process)[:2] for process in processes] == [(0, "right\n")] * 6
    left = [path.name for path in (tmp_path / "cache" / "bnsym").iterdir()]
    assert len(left) == 1
    assert left[0].startswith("batch_norm-forward_f32-")


@needs_compiler
def test_a_process_that_dies_leaves_nothing_that_is_loaded(written, tmp_path):
    process = start(written, tmp_path / "cache")
    process.kill()
    process.communicate()
    half = tmp_path / "cache" / "bnsym" / "batch_norm-forward_f32-0-x.tmp"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"\x7fELF")
    assert ended(start(written, tmp_path / "cache"))[:2] == (0, "right\n")


@needs_compiler
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_is_done_without(written, tmp_path):
    (tmp_path / "cache").mkdir(mode=0o500)
    assert ended(start(written, tmp_path / "cache"))[:2] == (0, "right\n")


def test_without_a_compiler_the_error_says_what_to_install(written, tmp_path):
    code, _, error = ended(start(written, tmp_path / "cache", PATH=str(tmp_path), CC=""))
    if "ziglang" not in error and code == 0:
        pytest.skip("ziglang is installed")
    assert code == 1
    assert "there is no C compiler here" in error
    assert "install gcc or clang, or run `pip install ziglang`" in error


@needs_compiler
def test_a_compiler_that_fails_is_quoted(written, tmp_path):
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho no such luck >&2\nexit 1\n")
    broken.chmod(0o755)
    code, _, error = ended(start(written, tmp_path / "cache", CC=str(broken)))
    assert code == 1
    assert "no such luck" in error


def test_an_edited_source_is_not_built(written, tmp_path):
    for path in written.glob("batch_norm*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    edited = tmp_path / "batch_norm.c"
    edited.write_text(edited.read_text().replace("sum_0 / N + shift", "sum_0 / N - shift"))
    code, _, error = ended(start(tmp_path, tmp_path / "cache"))
    assert code == 1
    assert "is not what this module was written with; generate anew" in error


FLAGS = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-I", "."]


@needs_compiler
@pytest.mark.parametrize("flags", [[], ["-DBNSYM_PLAIN"], ["-DBNSYM_UNIT", "-DBNSYM_backward_f64"]], ids=str)
@pytest.mark.parametrize("layer", ["batch_norm", "layer_norm"])
def test_it_compiles_without_a_warning(layer, flags):
    compiled(layer)
    command = [COMPILER, *FLAGS, *flags, "-O1", "-fsyntax-only", f"{layer}.c"]
    done = subprocess.run(command, cwd=folder(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_header_has_every_exported_function():
    made = source("batch_norm")
    for name in ("forward_f32", "backward_plain_f64", "inference_f32"):
        assert f"int batch_norm_{name}(" in made.header


SMALL = [((37, 17), 1), ((6, 5, 14, 14), 1), ((3, 2, 7, 9), 1), ((9, 8, 7, 3), -1), ((2, 3, 1), 1)]
LARGE = [((90, 1100), 1), ((700, 700), 1), ((5, 6, 100, 101), 1), ((900, 24, 23), -1)]

DRIVER = """
import sys
import numpy as np
from compiled import load
from pathlib import Path
for layer in ("batch_norm", "layer_norm"):
    k = load(Path(sys.argv[1]) / f"{layer}_c.py")
    for shape, axis in SHAPES:
        for dtype in ("float32", "float64", "float16"):
            for threads in (1, 3):
                r = np.random.default_rng(0)
                x, g = r.normal(size=shape).astype(dtype), r.normal(size=shape).astype(dtype)
                gamma, beta = np.ones(shape[axis], dtype), np.zeros(shape[axis], dtype)
                y, saved = k.forward(x, gamma, beta, channel_axis=axis, threads=threads)
                k.backward(g, saved, threads=threads)
                k.backward(g * 0 + np.nan, saved, threads=threads)
                more = (np.zeros(shape[axis]), np.ones(shape[axis])) if layer == "batch_norm" else ()
                k.inference(x, gamma, beta, *more, channel_axis=axis, threads=threads)
print("clean")
""".replace("SHAPES", repr(SMALL + LARGE))


@needs_compiler
@pytest.mark.slow
def test_it_runs_clean_under_the_address_and_undefined_sanitizers(tmp_path):
    for layer in ("batch_norm", "layer_norm"):
        compiled(layer)
    question = [COMPILER, "-print-file-name=libasan.so"]
    library = subprocess.run(question, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(library).is_absolute():
        pytest.skip("the compiler has no address sanitizer")
    wrapper = tmp_path / "cc"
    flags = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
    wrapper.write_text(f'#!/bin/sh\nexec {COMPILER} "$@" {flags}\n')
    wrapper.chmod(0o755)
    environment = {
        **os.environ,
        "CC": str(wrapper),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", DRIVER, str(folder())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "clean\n"), done.stderr[-3000:]


THREADED = """
#include <stdlib.h>
#include "LAYER.h"
int main(void)
{
    static const ptrdiff_t shapes[][3] = {{700, 700, INNER}, {900, 24, INNER}, {60, 5, WIDE}};
    for (int k = 0; k < 3; k++) {
        const ptrdiff_t o = shapes[k][0], c = shapes[k][1], i = shapes[k][2], n = o * c * i, s = n / i + c;
        float *x = calloc(n, 4), *g = calloc(n, 4), *y = calloc(n, 4), *p = calloc(4 * c, 4);
        double *kept = calloc(3 * s, 8);
        for (ptrdiff_t j = 0; j < n; j++)
            x[j] = (float)(j % 97), g[j] = (float)(j % 31);
        for (ptrdiff_t j = 0; j < c; j++)
            p[j] = 1;
        for (int again = 0; again < 3; again++) {
            if (LAYER_forward_f32(x, y, p, p + c, kept, kept + s, kept + 2 * s, 1e-5, o, c, i, 4))
                return 3;
            if (LAYER_backward_f32(x, g, y, p, kept, kept + 2 * s, p + 2 * c, p + 3 * c, 0, o, c, i, 4))
                return 4;
        }
        free(x), free(g), free(y), free(p), free(kept);
    }
    return 0;
}
"""


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("layer", "inner", "wide"), [("batch_norm", "1", "3000"), ("layer_norm", "1", "1")])
def test_it_runs_clean_under_the_thread_sanitizer(layer, inner, wide, tmp_path):
    compiled(layer)
    text = THREADED.replace("LAYER", layer).replace("INNER", inner).replace("WIDE", wide)
    (tmp_path / "main.c").write_text(text)
    flags = ["-std=gnu99", "-O1", "-g", "-march=native", "-fsanitize=thread", "-DBNSYM_LEAST_THREADED=0"]
    files = [str(tmp_path / "main.c"), str(folder() / f"{layer}.c"), f"-I{folder()}"]
    program = str(tmp_path / "program")
    built = [COMPILER, *flags, *files, "-o", program, "-lm", "-lpthread"]
    if subprocess.run(built, capture_output=True, check=False).returncode:
        pytest.skip("the compiler has no thread sanitizer")
    # its shadow wants addresses that are not random
    fixed = ["setarch", "-R"] if shutil.which("setarch") else []
    done = subprocess.run([*fixed, program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_compiler
@pytest.mark.parametrize("layer", ["batch_norm", "layer_norm"])
def test_one_lane_gives_the_same_to_rounding(layer, tmp_path):
    """The portable fallback, without vectors."""
    compiled(layer)
    wrapper = tmp_path / "cc"
    wrapper.write_text(f'#!/bin/sh\nexec {COMPILER} "$@" -DBNSYM_PLAIN\n')
    wrapper.chmod(0o755)
    script = tmp_path / "one_lane.py"
    script.write_text(ONE_LANE)
    environment = {**os.environ, "CC": str(wrapper), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, str(script), str(folder()), layer, str(tmp_path / "found.npz")]
    subprocess.run(command, env=environment, check=True)
    found = np.load(tmp_path / "found.npz")
    draw = np.random.default_rng(0)
    x, grad_y = (draw.normal(size=(9, 40, 50)).astype("f") for _ in range(2))
    module = compiled(layer)
    for axis in (1, -1):
        ones = np.ones(x.shape[axis], "f")
        y, saved = module.forward(x, ones, ones, channel_axis=axis)
        np.testing.assert_allclose(found[f"y{axis}"], y, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(
            found[f"dx{axis}"], module.backward(grad_y, saved).grad_x, rtol=1e-4, atol=1e-5
        )


ONE_LANE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
k = __import__(sys.argv[2] + "_c")
draw = np.random.default_rng(0)
x, grad_y = (draw.normal(size=(9, 40, 50)).astype("f") for _ in range(2))
found = {}
for axis in (1, -1):
    ones = np.ones(x.shape[axis], "f")
    found[f"y{axis}"], saved = k.forward(x, ones, ones, channel_axis=axis)
    found[f"dx{axis}"] = k.backward(grad_y, saved).grad_x
np.savez(sys.argv[3], **found)
"""
