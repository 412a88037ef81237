"""Outcomes and results to show, and stand-ins for the parts of `bnsym` that come to them at once."""

import sys
from types import ModuleType

from bnsym.errors import UnknownLayerError
from bnsym.proof.outcome import Outcome, Verdict
from bnsym.verify.emitted.generate import GeneratedFile
from bnsym.verify.emitted.read_back import ReadBack
from bnsym.verify.run import CheckResult

READ = ReadBack(("batch_norm.forward.y (N, C)",), ("(N, C)",), ())


def check_result(check, passed, detail="worst 1e-9, budget 1e-7", seconds=0.01):
    return CheckResult("batch_norm", check, passed, detail, seconds)


def outcome(verdict, expected=None, **changes):
    fields = {
        "derivation": "bias_cancellation",
        "name": "mean_absorbs_bias",
        "statement": "mean(z + b) = mean(z) + b",
        "verdict": Verdict(verdict),
        "expected": Verdict(expected or verdict),
        "needs": ("m >= 1",),
        "witness": "m = 1: left 0, right 1" if verdict == "refuted" else None,
        "detail": "normal forms differ" if verdict == "unknown" else "",
        "seconds": 0.0021,
        "steps": 3,
        "file": "derivations/bias_cancellation.py",
        "line": 12,
        "source": "(1.2) to (1.4)",
    }
    return Outcome(**{**fields, **changes})


def replace_module(monkeypatch, name, **contents):
    """Have `name` imported as a module of these contents."""
    module = ModuleType(name)
    module.__dict__.update(contents)
    monkeypatch.setitem(sys.modules, name, module)


def proving(monkeypatch, outcomes):
    """Have the derivations come to these outcomes, or raise what is an exception."""

    def prove_paths(paths, on_start):
        for each in outcomes:
            if isinstance(each, BaseException):
                raise each
            on_start(f"{each.derivation}: {each.name}")
        return list(outcomes)

    replace_module(monkeypatch, "bnsym.proof.suite", prove_paths=prove_paths)


def generating(monkeypatch, *layers):
    """Have these layers, whose kernel files are empty."""

    def generate(layer_name, directory):
        if layer_name not in layers:
            raise UnknownLayerError(f"generate: no layer {layer_name!r}; there are {', '.join(layers)}")
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{layer_name}.py"
        path.write_text("", encoding="utf-8")
        return GeneratedFile(path, "0123456789abcdef", (f"{layer_name}.input_gradient",), READ)

    replace_module(monkeypatch, "bnsym.verify.emitted.generate", generate=generate)
    replace_module(monkeypatch, "bnsym.layers.table", LAYERS=dict.fromkeys(layers))


def verifying(monkeypatch, results):
    """Have the checks of a folder's kernels come to these results."""

    def verify_directory(directory, on_result, on_matrix=None):
        if on_matrix is not None:
            on_matrix("batch_norm", {"dx: mean term dropped": {check.check: True for check in results}})
        for each in results:
            on_result(each)
        return list(results)

    replace_module(monkeypatch, "bnsym.verify.run", verify_directory=verify_directory)
