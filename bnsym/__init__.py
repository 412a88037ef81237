"""bnsym: derive, prove, generate and check normalization layers, for every size.

This file is the public API.  A name is imported from its home at first use, so that what needs no
SymPy (`bnsym --help`) does not wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bnsym.errors import (
    BnsymError,
    CheckError,
    InternalError,
    MismatchError,
    ScopeError,
    SizeError,
    StepError,
    UndeclaredIndexError,
    UndefinedValueError,
    UnknownLayerError,
    UnprovedError,
    UnsupportedTermError,
    UsageError,
)
from bnsym.version import __version__

if TYPE_CHECKING:
    from bnsym.layers.layer import Layer
    from bnsym.layers.table import layer
    from bnsym.proof.derivation import Derivation
    from bnsym.proof.outcome import Outcome, Verdict
    from bnsym.proof.reasons import (
        algebra,
        differentiation,
        exchange,
        linearity,
        sifting,
        signs,
        substitution,
        sums,
        theorem,
        unfold,
    )
    from bnsym.proof.suite import prove_paths
    from bnsym.report.script import main
    from bnsym.terms.surface import derivative, index, scalar, size, sizes, tensor
    from bnsym.verify.code.api import verify_backward, verify_forward
    from bnsym.verify.code.result import CodeVerdict, Counterexample, Verification
    from bnsym.verify.emitted.generate import GeneratedFile, generate
    from bnsym.verify.mutants import kill_matrix
    from bnsym.verify.run import CheckResult, verify_directory

# public name -> the module it lives in; each also imported under TYPE_CHECKING, for type checkers
_HOMES: dict[str, str] = {
    "CheckResult": "bnsym.verify.run",
    "CodeVerdict": "bnsym.verify.code.result",
    "Counterexample": "bnsym.verify.code.result",
    "Derivation": "bnsym.proof.derivation",
    "GeneratedFile": "bnsym.verify.emitted.generate",
    "Layer": "bnsym.layers.layer",
    "Outcome": "bnsym.proof.outcome",
    "Verdict": "bnsym.proof.outcome",
    "Verification": "bnsym.verify.code.result",
    "algebra": "bnsym.proof.reasons",
    "derivative": "bnsym.terms.surface",
    "differentiation": "bnsym.proof.reasons",
    "exchange": "bnsym.proof.reasons",
    "generate": "bnsym.verify.emitted.generate",
    "index": "bnsym.terms.surface",
    "kill_matrix": "bnsym.verify.mutants",
    "layer": "bnsym.layers.table",
    "linearity": "bnsym.proof.reasons",
    "main": "bnsym.report.script",
    "prove_paths": "bnsym.proof.suite",
    "scalar": "bnsym.terms.surface",
    "sifting": "bnsym.proof.reasons",
    "signs": "bnsym.proof.reasons",
    "size": "bnsym.terms.surface",
    "sizes": "bnsym.terms.surface",
    "substitution": "bnsym.proof.reasons",
    "sums": "bnsym.proof.reasons",
    "tensor": "bnsym.terms.surface",
    "theorem": "bnsym.proof.reasons",
    "unfold": "bnsym.proof.reasons",
    "verify_backward": "bnsym.verify.code.api",
    "verify_directory": "bnsym.verify.run",
    "verify_forward": "bnsym.verify.code.api",
}

__all__ = [
    "BnsymError",
    "CheckError",
    "CheckResult",
    "CodeVerdict",
    "Counterexample",
    "Derivation",
    "GeneratedFile",
    "InternalError",
    "Layer",
    "MismatchError",
    "Outcome",
    "ScopeError",
    "SizeError",
    "StepError",
    "UndeclaredIndexError",
    "UndefinedValueError",
    "UnknownLayerError",
    "UnprovedError",
    "UnsupportedTermError",
    "UsageError",
    "Verdict",
    "Verification",
    "__version__",
    "algebra",
    "derivative",
    "differentiation",
    "exchange",
    "generate",
    "index",
    "kill_matrix",
    "layer",
    "linearity",
    "main",
    "prove_paths",
    "scalar",
    "sifting",
    "signs",
    "size",
    "sizes",
    "substitution",
    "sums",
    "tensor",
    "theorem",
    "unfold",
    "verify_backward",
    "verify_directory",
    "verify_forward",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"bnsym has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
