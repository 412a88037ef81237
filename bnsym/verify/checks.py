"""The checks of a kernel: one table.  Each measures a kernel against a bench and raises where it is off."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from bnsym.errors import CheckError, UndefinedValueError
from bnsym.verify import differences, forms, illegal, running
from bnsym.verify.bench import Bench, agree
from bnsym.verify.kernel import Kernel, of_any, of_standard

Run = Callable[[Kernel, Bench], float | str]


@dataclass(frozen=True)
class Check:
    """`run` returns the share of the budget that was used, or what was done; it raises CheckError.

    `of` tells of which kernels it is a check.
    """

    name: str
    run: Run
    of: Callable[[Kernel], bool] = of_any


@dataclass(frozen=True)
class Verdict:
    """Whether a check passed, what it said, and the kind of error if the kernel itself raised one."""

    passed: bool
    detail: str
    raised: type[BaseException] | None = None


def _exact(*cases: str) -> Run:
    """Output, gradients and statistics against the 50-digit oracle in these cases."""

    def run(kernel: Kernel, bench: Bench) -> float | str:
        known = bench.known(cases)
        if len(known) == len(cases):
            return max(_named(kernel, bench, case) for case in cases)
        for case in known:
            _named(kernel, bench, case)
        left_out = ", ".join(case for case in cases if case not in known)
        return f"left out, since the equations as they stand lose all digits: {left_out}"

    return run


def _named(kernel: Kernel, bench: Bench, case: str) -> float:
    try:
        return agree(kernel, bench.case(case), bench.expected(case))
    except CheckError as error:
        raise type(error)(f"{case}: {error}") from error


def _averages(kernel: Kernel) -> bool:
    return bool(kernel.layer.statistics)


def _has_parameters(kernel: Kernel) -> bool:
    return bool(kernel.parameters)


# Cheap ones first: a mutant that only has to be killed is killed early.
CHECKS: tuple[Check, ...] = (
    Check("50 digits: float64", _exact("ordinary")),
    Check("50 digits: variance comparable to eps", _exact("variance comparable to eps")),
    Check("50 digits: float32", _exact("float32")),
    Check("50 digits: float16", _exact("float16")),
    Check("hostile: N = 2", _exact("N = 2")),
    Check("hostile: one channel", _exact("one channel")),
    Check("hostile: constant channel", _exact("constant channel")),
    Check("hostile: parameters of 0", _exact("parameters of 0")),
    Check("hostile: large offset", _exact("large offset, float32", "large offset, float64")),
    Check(
        "hostile: large scale",
        _exact(
            "large scale, 1e150",
            "large scale, float32, 1e18",
            "largest scale, float32, 1e38",
            "large scale, float16, 1e4",
        ),
        of_standard,
    ),
    Check(
        "hostile: tiny scale",
        _exact("tiny scale, 1e-150", "tiny scale and eps, 1e-150 and 1e-300", "tiny scale, float32, 1e-20"),
        of_standard,
    ),
    Check("forms: layouts", forms.layouts),
    Check("forms: memory", forms.memory),
    Check("inference", forms.inference),
    Check("forms: defaults", forms.defaults, of_standard),
    Check("running statistics: one update", running.one_update, _averages),
    Check("running statistics: many updates", running.many_updates, _averages),
    Check("running statistics: nothing written", running.nothing_written, _averages),
    Check("illegal calls", illegal.check),
    Check("central differences: x", differences.check_x),
    Check("central differences: parameters", differences.check_parameters, _has_parameters),
)


def checks_of(kernel: Kernel) -> tuple[Check, ...]:
    """The checks of a kernel."""
    return tuple(check for check in CHECKS if check.of(kernel))


def judge(check: Check, kernel: Kernel, bench: Bench) -> Verdict:
    """Run one check.  A warning counts as an error; what the kernel raises fails the check."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            told = check.run(kernel, bench)
    except CheckError as error:
        return Verdict(False, str(error))
    except UndefinedValueError as error:
        return Verdict(False, f"the layer's equations have no value to compare with: {error}")
    except (Exception, SystemExit) as error:
        message = f"the kernel raised {type(error).__name__}: {error}; expected numbers"
        return Verdict(False, message, type(error))
    return Verdict(True, told if isinstance(told, str) else f"worst error {told:.0%} of its budget")
