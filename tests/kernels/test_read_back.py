"""What is printed is run on symbolic arrays and proved before it is written; what is wrong is not written."""

import json
import sys
from dataclasses import replace

import pytest
from generated import ADDED, BUILT_IN, printed
from small_script import bnsym

from bnsym.errors import InternalError
from bnsym.kernels import numpy_frame
from bnsym.kernels.numpy_expression import NumPyForm
from bnsym.kernels.numpy_functions import NumPyFunctions
from bnsym.layers.table import layer
from bnsym.terms.text import ATOM, definition_text
from bnsym.tracing import explore
from bnsym.verify.emitted.generate import generate
from bnsym.verify.emitted.layouts import LAYOUTS, Spread
from bnsym.verify.emitted.loading import module_from_text
from bnsym.verify.emitted.read_back import read_back


@pytest.mark.parametrize("name", BUILT_IN + ADDED)
def test_every_layers_text_is_proved(name):
    module = printed(name)
    proved = read_back(module, module.text)
    for layout in LAYOUTS:
        for function in ("forward", "backward", "inference"):
            for output in module.plan.functions[function].outputs:
                assert f"{name}.{function}.{output} {layout}" in proved.claims
    averages = module.plan.functions.get("update_running_stats")
    for output in averages.outputs if averages else ():
        for unbiased in (True, False):
            assert f"{name}.update_running_stats.{output} unbiased={unbiased}" in proved.claims


def test_the_header_names_the_shapes():
    *others, last = map(str, LAYOUTS)
    for name in BUILT_IN:
        assert f"symbolic arrays of shapes {', '.join(others)} and {last}, its\n" in printed(name).text


def changed(name, *replacements):
    text = printed(name).text
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


MEAN = "np.sum(wide_x, axis=rows, keepdims=True) / N"
VARIANCE = "np.sum(np.square(centered), axis=rows, keepdims=True) / N"
INVERSE = "1 / np.sqrt(eps + var)"
OUTPUT = "y = wide_gamma * normalized + wide_beta"
ROWS = "rows = tuple(k for k in range(x.ndim) if k != axis)"
OFFSET = "-gamma * inv_std * sum_grad_y / N"
UNBIASED = "update_running_stats.new_var unbiased=True"


def text_of(value):
    return value if isinstance(value, str) else value[1] if isinstance(value, tuple) else ""


# the layer, what is written otherwise: the same values for every size
OTHERWISE = [
    ("batch_norm", (MEAN, "np.mean(wide_x, axis=rows, keepdims=True)")),
    ("batch_norm", (VARIANCE, "np.var(wide_x, axis=rows, keepdims=True)")),
    ("batch_norm", (VARIANCE, "(wide_x**2).mean(rows, keepdims=True) - mean**2")),
    ("layer_norm", (INVERSE, "np.power(eps + var, -0.5)")),
    (
        "layer_norm",
        ("grad_x = inv_std * gamma * wide_grad_y", "grad_x = gamma * wide_grad_y / (1 / inv_std)"),
    ),
]


@pytest.mark.parametrize(("name", "change"), OTHERWISE, ids=text_of)
def test_it_does_not_hang_on_how_it_is_written(name, change):
    assert read_back(printed(name), changed(name, change)).claims


# the layer, the change, the claim that it breaks, what the message has of the difference
WRONG = [
    ("batch_norm", (OUTPUT, "y = wide_gamma * normalized"), "forward.y (N, C)", "is -beta[c]; at"),
    ("batch_norm", (OFFSET, f"{OFFSET[:-1]}(N - 1)"), "backward.grad_x (N, C)", "sum(grad_y["),
    ("layer_norm", (INVERSE, "1 / (np.sqrt(var) + eps)"), "forward.y (N, C)", "epsilon*C + sqrt("),
    ("batch_norm", (ROWS, "rows = 0"), "forward.saved.mean (N, C, H, W)", "is an array of shape (C*H*W)"),
    (
        "batch_norm",
        ("momentum * wide_mean", "2 * momentum * wide_mean"),
        "update_running_stats.new_mean unbiased=True",
        "is momentum*mean[c]; at",
    ),
    ("batch_norm", ("(int(count) - 1) if", "int(count) if"), UNBIASED, ""),
]


@pytest.mark.parametrize(("name", "change", "claim", "term"), WRONG, ids=text_of)
def test_a_wrong_text_is_refused_with_the_term_by_which_it_differs(name, change, claim, term):
    with pytest.raises(InternalError) as error:
        read_back(printed(name), changed(name, change))
    assert claim in str(error.value)
    assert term in str(error.value)


# the change, what is told
UNREADABLE = [
    ((OUTPUT, "y = np.sort(normalized)"), "np.sort is not known to the tracer"),
    ((OUTPUT, "y = wide_gama"), "name 'wide_gama' is not defined"),
    (("return result, saved", "return result"), "a loop over an array"),
    (
        ("centered = wide_x - mean", "centered = wide_x\n        centered -= mean"),
        "writes into its argument x",
    ),
    (("eps: float = 1e-5", "eps: float = 1e-3"), "has eps=0.001 in forward, not eps=1e-05"),
    (("channel_axis: int = 1", "channel_axis: int = 0"), "has channel_axis=0 in forward, not channel_axis=1"),
    (("result = y.astype(x.dtype, copy=False)", "result = y"), "forward gives float32, not float16"),
    (
        ("new_var.astype(running_var.dtype", "new_var.astype(running_mean.dtype"),
        "update_running_stats gives float16, not float32",
    ),
    (
        ("    grad_gamma: Array\n    grad_beta: Array", "    grad_beta: Array\n    grad_gamma: Array"),
        "its fields are",
    ),
    (("x.dtype == np.float16 else", "x.dtype != np.float16 else"), "forward computes float64 in float32"),
    (("np.sum(wide_grad_y, axis", "np.sum(grad_y, axis"), "the gradients overflow"),
    (("        axis=axis,\n    )", "        axis=0,\n    )"), "forward saves axis 0"),
    (("import numpy as np\n", "import numpy as np\n)"), "unmatched ')'"),
]


@pytest.mark.parametrize(("change", "told"), UNREADABLE, ids=text_of)
def test_a_text_that_cannot_be_read_or_keeps_no_promise_is_refused(change, told):
    with pytest.raises(InternalError, match=r"printed text of batch_norm") as error:
        read_back(printed("batch_norm"), changed("batch_norm", change))
    assert told in str(error.value)


# -- nothing is written ------------------------------------------------------------------------------------


def wrong_root(self, radicand):
    text, tightness = right_root(self, radicand)
    return text.replace("np.sqrt", "np.square"), tightness


right_root = NumPyForm.root


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_backend_that_prints_another_function_writes_nothing(name, monkeypatch, tmp_path):
    monkeypatch.setattr(NumPyForm, "root", wrong_root)
    told = rf"claims: {name}.forward.y \(N, C\) is refuted; what it returns, less what is right, is "
    with pytest.raises(InternalError, match=told):
        generate(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def mean_for_sum(self, term):
    return f"np.mean({self._summed(term)})", ATOM


def without_sign(self, term):
    return [line.replace("- ", "+ ") for line in right_signs(self, term)]


def one_more(self, term):
    return str(term.value + 1), ATOM


def not_stored_flat(self, tensor):
    return self.names.variable(tensor.name)


right_signs = NumPyForm._signed

# what is broken in the backend
FAULTS = [
    (NumPyForm, "times", " / "),
    (NumPyForm, "over", " * "),
    (NumPyForm, "sum", mean_for_sum),
    (NumPyForm, "_signed", without_sign),
    (NumPyForm, "number", one_more),
    (NumPyFunctions, "_stored", not_stored_flat),
    (
        numpy_frame,
        "FORWARD",
        numpy_frame.FORWARD.replace("channel_axis: int = $axis", "channel_axis: int = 0"),
    ),
    (numpy_frame, "FORWARD", numpy_frame.FORWARD.replace("axis=axis", "axis=0")),
    (
        numpy_frame,
        "BACKWARD",
        numpy_frame.BACKWARD.replace("= _check_saved(saved)", "= saved.x, 0, np.float64"),
    ),
    (numpy_frame, "INFERENCE", numpy_frame.INFERENCE.replace("return result", "return wide_x")),
    (
        numpy_frame,
        "RUNNING",
        numpy_frame.RUNNING.replace("$steps", "momentum = 1 - momentum\n        $steps"),
    ),
]


@pytest.mark.parametrize(("owner", "name", "wrong"), FAULTS, ids=text_of)
def test_a_fault_of_the_backend_is_seen(owner, name, wrong, monkeypatch):
    right = printed("batch_norm")
    text = right.text  # printed before anything is broken
    monkeypatch.setattr(owner, name, wrong)
    broken = replace(right)
    assert broken.text != text
    with pytest.raises(
        InternalError, match="the printed text of batch_norm is not proved to do what it claims"
    ):
        read_back(right, broken.text)


def test_a_frame_that_is_wrong_writes_nothing_and_ends_in_3(monkeypatch, tmp_path):
    wrong = numpy_frame.BACKWARD.replace("return gradients", "return Gradients(*gradients[::-1])")
    monkeypatch.setattr(numpy_frame, "BACKWARD", wrong)
    done = bnsym("generate", "batch_norm", "-o", tmp_path)
    assert done.exit_code == 3
    assert "error: the printed text of batch_norm is not proved" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_json_tells_what_was_proved_of_the_text(tmp_path):
    done = bnsym("generate", "batch_norm", "-o", tmp_path, "--json")
    [item] = json.loads(done.stdout)["items"]
    assert item["read_back"]["shapes"] == ["(N, C)", "(N, C, H, W)", "(N, H, W, C)"]
    assert "batch_norm.backward.grad_x (N, H, W, C)" in item["read_back"]["claims"]
    assert item["read_back"]["assumptions"] == ["N >= 2", "H*N*W > 1", "M >= 2"]


# -- how -----------------------------------------------------------------------------------------------------


def test_a_module_from_text_is_in_no_table_and_in_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = module_from_text("def f():\n    return 1 / 0\n", "some_kernel")
    assert "some_kernel" not in sys.modules
    assert list(tmp_path.iterdir()) == []
    assert module.f.__code__.co_filename == "some_kernel.py"


def test_a_layers_equations_over_more_axes():
    def spread(layout):
        return explore(lambda trace: Spread(layer("batch_norm"), trace.tensor("x", layout.shape), layout))

    shown = {}
    for layout in LAYOUTS:
        found = spread(layout).definitions(layer("batch_norm").definitions)
        shown[str(layout)] = [definition_text(found["mean"]), definition_text(found["y"])]
    assert shown == {
        "(N, C)": ["mean[c] = sum(x[n, c], n=1..N)/N", "y[n, c] = gamma[c]*xhat[n, c] + beta[c]"],
        "(N, C, H, W)": [
            "mean[c] = sum(sum(sum(x[n, c, n_1, n_2], n_2=1..W), n_1=1..H), n=1..N)/(N*H*W)",
            "y[n, c, n_1, n_2] = gamma[c]*xhat[n, c, n_1, n_2] + beta[c]",
        ],
        "(N, H, W, C)": [
            "mean[c] = sum(sum(sum(x[n, n_1, n_2, c], n_2=1..W), n_1=1..H), n=1..N)/(N*H*W)",
            "y[n, n_1, n_2, c] = gamma[c]*xhat[n, n_1, n_2, c] + beta[c]",
        ],
    }
