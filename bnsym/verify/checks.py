"""The checks of a kernel: one table.  Each measures a kernel against a bench and raises where it is off."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bnsym.errors import CheckError
from bnsym.layers.layer import Layer
from bnsym.verify import differences, forms, illegal, running
from bnsym.verify.bench import Bench, agree
from bnsym.verify.kernel import Kernel

Run = Callable[[Kernel, Bench], float | str]


@dataclass(frozen=True)
class Check:
    """`run` returns the share of the budget that was used, or what was done; it raises CheckError."""

    name: str
    run: Run
    needs_statistics: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether a check passed, what it said, and the kind of error if the kernel itself raised one."""

    passed: bool
    detail: str
    raised: type[BaseException] | None = None


def _exact(*cases: str) -> Run:
    """Output, gradients and statistics against the 50-digit oracle in these cases."""

    def run(kernel: Kernel, bench: Bench) -> float:
        return max(_named(kernel, bench, case) for case in cases)

    return run


def _named(kernel: Kernel, bench: Bench, case: str) -> float:
    try:
        return agree(kernel, bench.case(case), bench.expected(case))
    except CheckError as error:
        raise type(error)(f"{case}: {error}") from error


# Cheap ones first: a mutant that only has to be killed is killed early.
CHECKS: tuple[Check, ...] = (
    Check("50 digits: float64", _exact("ordinary")),
    Check("50 digits: variance comparable to eps", _exact("variance comparable to eps")),
    Check("50 digits: float32", _exact("float32")),
    Check("50 digits: float16", _exact("float16", "large scale, float16, 1e4")),
    Check("hostile: N = 2", _exact("N = 2")),
    Check("hostile: one channel", _exact("one channel")),
    Check("hostile: constant channel", _exact("constant channel")),
    Check("hostile: gamma = 0 in a channel", _exact("gamma = 0 in a channel")),
    Check("hostile: large offset", _exact("large offset, float32", "large offset, float64")),
    Check(
        "hostile: large scale",
        _exact("large scale, 1e150", "large scale, float32, 1e18", "largest scale, float32, 1e38"),
    ),
    Check(
        "hostile: tiny scale",
        _exact("tiny scale, 1e-150", "tiny scale and eps, 1e-150 and 1e-300", "tiny scale, float32, 1e-20"),
    ),
    Check("forms: layouts", forms.layouts),
    Check("forms: memory", forms.memory),
    Check("inference", forms.inference),
    Check("forms: defaults", forms.defaults),
    Check("running statistics: one update", running.one_update, needs_statistics=True),
    Check("running statistics: many updates", running.many_updates, needs_statistics=True),
    Check("running statistics: nothing written", running.nothing_written, needs_statistics=True),
    Check("illegal calls", illegal.check),
    Check("central differences: grad_x", partial(differences.check, name="grad_x")),
    Check("central differences: grad_gamma", partial(differences.check, name="grad_gamma")),
    Check("central differences: grad_beta", partial(differences.check, name="grad_beta")),
)


def checks_of(layer: Layer) -> tuple[Check, ...]:
    """The checks that apply to a layer."""
    return tuple(check for check in CHECKS if layer.statistics or not check.needs_statistics)


def judge(check: Check, kernel: Kernel, bench: Bench) -> Verdict:
    """Run one check.  A warning counts as an error; what the kernel raises fails the check."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            told = check.run(kernel, bench)
    except CheckError as error:
        return Verdict(False, str(error))
    except (Exception, SystemExit) as error:
        message = f"the kernel raised {type(error).__name__}: {error}; expected numbers"
        return Verdict(False, message, type(error))
    return Verdict(True, told if isinstance(told, str) else f"worst error {told:.0%} of its budget")
