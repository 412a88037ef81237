"""Code that does another thing when it is traced than when it is run is never called proved."""

import pytest

from bnsym.verify.code.api import Request, verify_targets

SOURCE = """
import sys
import numpy as np

ARRAYS = (np.ndarray,)
CALLS = [0]

def forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(0)
    inv_std = 1 / np.sqrt((centred**2).mean(0) + eps)
    return gamma * centred * inv_std + beta, (centred * inv_std, inv_std, gamma)

def backward(dout, cache, seen=[]):
    x_hat, inv_std, gamma = cache
    seen.append(1)
    CALLS[0] += 1
    g = dout * gamma
    right = g - g.mean(0) - x_hat * (g * x_hat).mean(0)
    try:
        memoryview(dout)
        plain = True
    except TypeError:
        plain = False
    return inv_std * (right if {condition} else g - g.mean(0)), (dout * x_hat).sum(0), dout.sum(0)
"""
TOLD_APART = {
    "a type kept in a tuple": "not isinstance(dout, ARRAYS[0])",
    "the type's module": "type(dout).__module__ != 'numpy'",
    "the text of an array": "'array of' in repr(dout)",
    "a size as text": "not str(dout.shape[0]).isdigit()",
    "a size in a set": "dout.shape[0] not in {2, 3, 4}",
    "a shape as a key": "dout.shape not in {(2, 2), (2, 3)}",
    "an attribute": "hasattr(dout, 'store')",
    "NumPy itself": "type(sys.modules['numpy']).__name__ != 'module'",
    "a protocol": "not plain",
    "every second call": "CALLS[0] % 2 == 0",
    "the calls before": "len(seen) < 3",
    "a size larger than another branch's": "dout.shape[0] > 3",
    "a size that may be all but one": "dout.shape[0] != 7",
    "a size beyond what is run by default": "dout.shape[0] > 100",
    "a remainder": "dout.shape[0] % 2 == 0",
    "two sizes that differ": "dout.shape[0] != dout.shape[1]",
}


def verified(folder, source):
    file = folder / "norm.py"
    file.write_text(source, encoding="utf-8")
    return {v.of: v for v in verify_targets([f"{file}:forward", f"{file}:backward"], Request())}


@pytest.mark.parametrize("how", TOLD_APART)
def test_code_that_tells_a_trace_from_a_run_is_not_proved(how, tmp_path):
    found = verified(tmp_path, SOURCE.replace("{condition}", TOLD_APART[how]))
    assert found["x"].word in ("refuted", "unknown")
    assert found["x"].claim is None  # so that no certificate is written
    looked_up = how in ("a size in a set", "a shape as a key")  # that needs a number
    assert found["gamma"].word == found["beta"].word == ("bounded" if looked_up else "proved")


def test_the_refutation_says_that_the_trace_was_right(tmp_path):
    found = verified(tmp_path, SOURCE.replace("{condition}", "dout.shape[0] > 3"))["x"]
    assert found.word == "refuted"
    assert found.counterexample is not None
    assert "right as it was traced (N >= 4), but not when it is run with numbers at N = 2" in found.notes[-1]


def test_a_loop_that_is_right_at_the_bounded_sizes_alone(tmp_path):
    loop = (
        "    total = np.zeros(3)\n    for k, row in enumerate(dout):\n        total = total + row * (k < 3)\n"
    )
    source = SOURCE.replace("{condition}", "True").replace("np.zeros(3)", "np.zeros(dout.shape[1])")
    source = source.replace(
        "    return inv_std", f"{loop.replace('np.zeros(3)', 'np.zeros(dout.shape[1])')}    return inv_std"
    )
    found = verified(tmp_path, source.replace(", dout.sum(0)\n", ", total\n"))
    assert found["x"].word == "bounded"
    assert found["beta"].word == "refuted"


@pytest.mark.parametrize("factor", ["(N - 1) / np.float64(N - 1)", "np.sqrt(x_hat.var(0, ddof=1)) * 0 + 1"])
def test_no_number_at_a_size_is_noted(factor, tmp_path):
    source = SOURCE.replace("{condition}", "True").replace(", dout.sum(0)\n", f", dout.sum(0) * ({factor})\n")
    source = source.replace("    x_hat, inv", "    N = dout.shape[0]\n    x_hat, inv")
    found = verified(tmp_path, source)["beta"]
    assert found.word == "proved"
    assert "at N = 1, D = 1, it returns nan or inf" in found.notes[-1]


@pytest.mark.filterwarnings("error")
def test_inputs_without_a_value_warn_of_nothing(tmp_path):
    source = SOURCE.replace("{condition}", "True").replace("eps=1e-5", "mean, var")
    source = source.replace("x - x.mean(0)", "x - mean").replace("(centred**2).mean(0) + eps", "var")
    source = source.replace("right = g - g.mean(0) - x_hat * (g * x_hat).mean(0)", "right = g")
    assert verified(tmp_path, source)["x"].word == "proved"


def test_gradients_without_names_in_another_order_are_noted(tmp_path):
    source = SOURCE.replace("{condition}", "True")
    returned = "(dout * x_hat).sum(0), dout.sum(0)\n"
    found = verified(tmp_path, source.replace(returned, "dout.sum(0), (dout * x_hat).sum(0)\n"))
    assert found["gamma"].word == "proved"
    assert found["gamma"].notes[-1].endswith("right in this order alone: it is taken from result[2]")


def test_a_flag_left_at_its_default_is_told(tmp_path):
    source = SOURCE.replace("{condition}", "True").replace("eps=1e-5", "eps=1e-5, affine=True, keep=0")
    assert verified(tmp_path, source)["x"].roles.endswith("affine: True by default; keep: 0 by default")
