"""From TARGET texts to pairs; what is not there is told."""

import sys

import pytest

from bnsym.errors import UsageError
from bnsym.verify.code.targets import is_backward, pairs

SOURCE = """
import numpy as np

def bn_forward(x): return x, x
def bn_backward(dout, cache): return dout
def bn_backward_alt(dout, cache): return dout
def ln_fwd(x): return x
def ln_bwd(dout): return dout
def helper(x): return x

class Norm:
    def forward(self, x): return x
    def backward(self, dout): return dout
    def backward_naive(self, dout): return dout

class Other(Norm):
    def __call__(self, x): return x
    def bprop(self, dout): return dout

class Nothing:
    pass
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "norms.py"
    path.write_text(SOURCE, encoding="utf-8")
    return str(path)


def names(found):
    return [
        tuple(
            part if isinstance(part, str) else getattr(part, "__name__", None)
            for part in (p.forward, p.backward)
        )
        for p in found
    ]


CASES = [
    (["bn_forward", "bn_backward"], [("bn_forward", "bn_backward")]),
    (
        ["bn_forward", "bn_backward", "bn_backward_alt"],
        [("bn_forward", "bn_backward"), ("bn_forward", "bn_backward_alt")],
    ),
    (
        ["bn_forward", "ln_fwd", "ln_bwd", "bn_backward"],
        [("ln_fwd", "ln_bwd"), ("bn_forward", "bn_backward")],
    ),
    (["bn_forward"], [("bn_forward", None)]),
    (["helper", "ln_fwd"], [("helper", "ln_fwd")]),
    (["Norm"], [("forward", "backward")]),
    (["Norm.forward", "Norm.backward_naive"], [("forward", "backward_naive")]),
    (["Norm.backward"], [("forward", "backward")]),
    (["Norm", "ln_fwd", "ln_bwd"], [("forward", "backward"), ("ln_fwd", "ln_bwd")]),
]


@pytest.mark.parametrize(("targets", "expected"), CASES, ids=[" ".join(row[0]) for row in CASES])
def test_targets_are_paired(file, targets, expected):
    assert names(pairs([f"{file}:{target}" for target in targets])) == expected


def test_a_file_alone_gives_every_pair_in_it(file):
    assert names(pairs([file])) == [
        ("forward", "backward"),
        ("forward", "backward"),
        ("bn_forward", "bn_backward"),
        ("bn_forward", "bn_backward_alt"),
        ("ln_fwd", "ln_bwd"),
    ]


def test_a_module_is_found_by_its_dotted_name(tmp_path, monkeypatch):
    (tmp_path / "my_package_of_norms").mkdir()
    (tmp_path / "my_package_of_norms" / "__init__.py").write_text("")
    (tmp_path / "my_package_of_norms" / "layers.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    [pair] = pairs(["my_package_of_norms.layers:Norm"])
    assert pair.owner.__module__ == "my_package_of_norms.layers"
    [pair] = pairs(["my_package_of_norms/layers.py:Norm"])
    assert pair.owner.__module__ == "my_package_of_norms.layers"


REFUSED = [
    ("nowhere.py:f", "there is no file"),
    ("no.such.package:f", "cannot be imported"),
    ("{file}:missing", "has no 'missing'; it has bn_forward"),
    ("{file}:np", "is a module"),
    ("{file}:Nothing", "has no method called forward"),
    ("{file}:bn_backward", "is a backward without a forward"),
]


@pytest.mark.parametrize(("target", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_there_is_told(file, target, message):
    with pytest.raises(UsageError, match=message):
        pairs([target.format(file=file)])


def test_a_file_that_raises_is_told(tmp_path):
    path = tmp_path / "raises.py"
    path.write_text("raise SystemExit(3)")
    with pytest.raises(UsageError, match=r"cannot be imported: raises.py:1: SystemExit"):
        pairs([f"{path}:f"])


def test_a_file_without_pairs_is_told(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("def f(x): return x\n")
    with pytest.raises(UsageError, match="no function or class with a forward and a backward"):
        pairs([str(path)])


BACKWARD = "backward bn_bwd grad_x bprop backprop d_softmax layernorm_backward_alt batchGrad"
FORWARD = "forward bn_fwd normalize batch_norm_2d gradual dropout feedback"


@pytest.mark.parametrize("name", BACKWARD.split())
def test_names_of_backwards(name):
    assert is_backward(name)


@pytest.mark.parametrize("name", FORWARD.split())
def test_names_of_others(name):
    assert not is_backward(name)
