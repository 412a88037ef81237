"""Calls that a kernel must refuse, with a message that names the function, the argument and what arrived.

One table for every layer; a row applies where the layer has what it changes.  A refusal is a TypeError
or a ValueError; anything else, silence included, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsym.errors import CheckError
from bnsym.verify.bench import Bench
from bnsym.verify.kernel import Kernel, of_any, of_standard

SHAPE = (4, 3)
NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True)
class Illegal:
    """A call of `function` with some arguments changed from a legal one, and what the message must say."""

    name: str
    function: str
    changes: Mapping[str, Any]
    says: tuple[str, ...]
    of: Callable[[Kernel], bool] = of_any


def _x(shape: tuple[int, ...] = SHAPE, put: float | None = None) -> Any:
    x = np.linspace(-1.0, 2.0, int(np.prod(shape))).reshape(shape)
    if put is not None:
        x[(1, *[2] * (len(shape) - 1))] = put
    return x


def _c(length: int = SHAPE[1], put: float | None = None) -> Any:
    values = np.linspace(0.5, 1.5, length)
    if put is not None:
        values[-1] = put
    return values


def _averages_rows(kernel: Kernel) -> bool:
    return kernel.axis == 0 and bool(kernel.layer.statistics)


def _eps_rows() -> list[Illegal]:
    return [
        Illegal(f"eps = {eps}", function, {"eps": eps}, ("eps", str(eps)))
        for function in ("forward", "inference")
        for eps in (0.0, -1e-5, NAN, INF)
    ]


def _x_rows() -> list[Illegal]:
    """What x may not be, in training and in inference."""
    rows: list[tuple[str, Mapping[str, Any], tuple[str, ...]]] = [
        ("x of integers", {"x": _x().astype(int)}, ("x", "int64")),
        ("x of complex numbers", {"x": _x() + 0j}, ("x", "complex128")),
        ("gamma of integers", {"gamma": np.ones(3, int)}, ("gamma", "int64")),
        ("gamma too short", {"gamma": _c(2)}, ("gamma", "(2,)")),
        ("beta too long", {"beta": _c(4)}, ("beta", "(4,)")),
        ("gamma with two axes", {"gamma": _c(3).reshape(1, 3)}, ("gamma", "(1, 3)")),
        ("NaN in gamma", {"gamma": _c(put=NAN)}, ("gamma",)),
        ("inf in beta", {"beta": _c(put=INF)}, ("beta",)),
        ("x as a list", {"x": _x().tolist()}, ("x", "list")),
        ("x with one axis", {"x": _x((3,))}, ("x", "(3,)")),
        ("no axis 2", {"channel_axis": 2}, ("axis", "2")),
        ("no axis -3", {"channel_axis": -3}, ("axis", "-3")),
        ("an axis that is no integer", {"channel_axis": 1.0}, ("channel_axis", "1.0")),
        ("an axis of True", {"channel_axis": True}, ("channel_axis", "True")),
        ("an empty batch", {"x": _x((0, 3))}, ("x", "(0, 3)")),
        ("NaN in x", {"x": _x(put=NAN)}, ("x", "channel", "2")),
        ("inf in x", {"x": _x(put=INF)}, ("x", "channel", "2")),
        ("-inf in x", {"x": _x(put=-INF)}, ("x", "channel", "2")),
    ]
    return [
        Illegal(name, function, changes, says)
        for function in ("forward", "inference")
        for name, changes, says in rows
    ]


ILLEGAL: tuple[Illegal, ...] = (
    *_x_rows(),
    *_eps_rows(),
    Illegal("the variance overflows", "forward", {"x": 1e200 * _x()}, ("scale x",), of_standard),
    Illegal(
        "the gradients overflow", "backward", {"grad_y": np.full(SHAPE, 1.7e308)}, ("grad_",), of_standard
    ),
    Illegal("one value per channel", "forward", {"x": _x((1, 3))}, ("x", "(1, 3)"), _averages_rows),
    Illegal("grad_y of integers", "backward", {"grad_y": _x().astype(int)}, ("grad_", "int64")),
    Illegal("grad_y with a row less", "backward", {"grad_y": _x((3, 3))}, ("grad_", "(3, 3)", "(4, 3)")),
    Illegal("grad_y that would broadcast", "backward", {"grad_y": _x((1, 3))}, ("grad_", "(1, 3)")),
    Illegal("grad_y with an axis more", "backward", {"grad_y": _x((4, 3, 1))}, ("grad_", "(4, 3, 1)")),
    Illegal("running_mean too short", "inference", {"running_mean": _c(2)}, ("running_mean", "(2,)")),
    Illegal("NaN in running_mean", "inference", {"running_mean": _c(put=NAN)}, ("running_mean",)),
    Illegal("NaN in running_var", "inference", {"running_var": _c(put=NAN)}, ("running_var",)),
    Illegal("a negative running_var", "inference", {"running_var": _c(put=-1.0)}, ("running_var",)),
    *(
        Illegal(
            f"momentum = {momentum}",
            "update_running_stats",
            {"momentum": momentum},
            ("momentum", str(momentum)),
        )
        for momentum in (-0.1, 1.5, NAN)
    ),
    *(
        Illegal(f"{told} in {name}", "update_running_stats", {name: _c(put=put)}, (name,))
        for name in ("running_mean", "running_var", "mean", "var")
        for told, put in (("NaN", NAN), ("inf", INF))
    ),
    Illegal("mean too short", "update_running_stats", {"mean": _c(2)}, ("mean", "(2,)")),
    Illegal("var too long", "update_running_stats", {"var": _c(4)}, ("var", "(4,)")),
    Illegal("count of 2.5", "update_running_stats", {"count": 2.5}, ("count", "2.5")),
    Illegal("count of 1, unbiased", "update_running_stats", {"count": 1}, ("count", "1"), of_standard),
    Illegal(
        "count of 0, biased",
        "update_running_stats",
        {"count": 0, "unbiased": False},
        ("count", "0"),
        of_standard,
    ),
)


def order(kernel: Kernel, function: str) -> list[str]:
    """What a function takes by its place, named as in the equations."""
    running = [f"running_{name}" for name in kernel.layer.statistics]
    return {
        "forward": ["x", *kernel.parameters],
        "backward": ["grad_y", "saved"],
        "inference": ["x", *kernel.parameters, *running],
        "update_running_stats": [*running, *kernel.layer.statistics, *["count"][: kernel.takes_count]],
    }[function]


def options(kernel: Kernel, function: str) -> list[str]:
    """What a function takes by name."""
    if function == "backward":
        return []
    if function == "update_running_stats":
        return ["momentum", *["unbiased"][: kernel.takes_count]]
    return list(kernel.options(1e-3))


def applies(row: Illegal, kernel: Kernel) -> bool:
    """Whether the layer has what the row changes, and whether the change is illegal for it."""
    if getattr(kernel, row.function) is None or not row.of(kernel):
        return False
    return set(row.changes) <= {*order(kernel, row.function), *options(kernel, row.function)}


def call(kernel: Kernel, function: str, changes: Mapping[str, Any]) -> Any:
    """Call with legal arguments but for the changes: by place, since a module may have changed a name."""
    legal = {name: _c() for name in order(kernel, function)}
    if function == "backward":
        legal = {"grad_y": _x(), "saved": call(kernel, "forward", {})[1]}
    elif function == "update_running_stats":
        legal["count"] = 4
    else:
        legal["x"] = _x()
    first = [changes.get(name, legal[name]) for name in order(kernel, function)]
    usual = kernel.options(1e-3) if function in ("forward", "inference") else {}
    given = {name: changes[name] for name in options(kernel, function) if name in changes}
    return getattr(kernel, function)(*first, **usual | given)


def refuse(kernel: Kernel, row: Illegal) -> None:
    """Raise CheckError unless the kernel refuses the call, and says which and why."""
    try:
        call(kernel, row.function, row.changes)
    except (TypeError, ValueError) as error:
        missing = [text for text in (row.function, *row.says) if text not in str(error)]
        if missing:
            raise CheckError(
                f"{row.function}, {row.name}: the message does not say {missing}: {error}"
            ) from error
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise CheckError(
            f"{row.function}, {row.name}: raised {told}; expected TypeError or ValueError"
        ) from error
    else:
        raise CheckError(f"{row.function}, {row.name}: accepted; expected a TypeError or ValueError")


def check(kernel: Kernel, bench: Bench) -> str:
    """Every row that applies."""
    rows = [row for row in ILLEGAL if applies(row, kernel)]
    for row in rows:
        refuse(kernel, row)
    return f"{len(rows)} illegal calls refused"
