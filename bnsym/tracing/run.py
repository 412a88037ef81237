"""Running code on symbolic arrays: its modules' NumPy and a few builtins replaced, and put back."""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bnsym.terms.nodes import Sign
from bnsym.tracing.array import TracedArray
from bnsym.tracing.creation import free
from bnsym.tracing.numbers import exact
from bnsym.tracing.sizes import Dim, atomic, whole
from bnsym.tracing.stand_ins import BUILTINS, MATH, NUMPY, original, stand_in
from bnsym.tracing.state import OURS, Restart, State, active, is_theirs
from bnsym.tracing.trouble import CodeError, TracingError, UnsupportedCallError

T = TypeVar("T")
RESTARTS = 8


class Trace:
    """One run over symbolic arrays.  `explore` makes it, and starts again where a size must be split."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._text = io.StringIO()

    @property
    def fixed(self) -> Mapping[str, int]:
        """The sizes that have a number."""
        return self.state.fixed

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed of sizes."""
        split = [f"{name} = {first}*{second}" for name, (first, second) in self.state.splits.items()]
        least = [f"{name} >= {value}" for name, value in self.state.least.items() if value > 1]
        return (*split, *least, *self.state.assumptions)

    @property
    def printed(self) -> str:
        """What the code wrote to standard output."""
        return self._text.getvalue()

    # -- arguments ------------------------------------------------------------------------------------

    def size(self, name: str) -> Dim:
        """A size as the code sees it."""
        return atomic(name)

    def dim(self, product: str | int | Dim) -> Dim:
        """A length such as "C*H*W", 3 or a size."""
        if not isinstance(product, str):
            return whole(product)
        result = whole(1)
        for part in product.split("*"):
            result = result * (whole(int(part)) if part.strip().isdigit() else atomic(part.strip()))
        return result

    def tensor(self, name: str, shape: Sequence[str | int | Dim], sign: Sign = Sign.REAL) -> TracedArray:
        """A free array of that shape."""
        self.state.names.add(name)
        return free(name, [self.dim(one) for one in shape], sign)

    def scalar(
        self, name: str, sign: Sign = Sign.POSITIVE, between: tuple[float, float] | None = None
    ) -> TracedArray:
        """A free number.  `between`: what the code's branches may take its least and greatest value to be."""
        self.state.names.add(name)
        made = free(name, (), sign)
        if between is not None:
            self.state.ranges[made.body] = exact(between[0]), exact(between[1])
        return made

    # -- calls ----------------------------------------------------------------------------------------

    def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Run the function with its modules' names replaced.

        Raises a TracingError that names the line in the code where it cannot be followed, also where the
        code itself caught it.
        """
        with (
            replaced(modules_of(function)),
            contextlib.redirect_stdout(self._text),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # what the code warns of is not part of what it computes
            outer, self.state.running = self.state.running, True
            try:
                result = function(*args, **options)
            except Exception as error:
                if self.state.failure is not None:
                    raise self.state.failure from None
                raise _code_error(error) from error
            finally:
                self.state.running = outer
        if self.state.failure is not None:
            raise self.state.failure
        return result


def explore(attempt: Callable[[Trace], T], fixed: Mapping[str, int] | None = None) -> T:
    """Run an attempt; where the code asks more of a size than is known, again with that known."""
    state, place = State(fixed=dict(fixed or {})), None
    for _ in range(RESTARTS):
        with active(state):
            try:
                return attempt(Trace(state))
            except Restart as more:
                state, place = _extended(state, more), more.place
    raise TracingError(
        "the code splits its sizes in ways that do not end; give them numbers with --size", place
    )


def _extended(state: State, more: Restart) -> State:
    splits = {**state.splits, **more.splits}
    least = {**state.least, **more.least}
    order = {name: rank for rank, name in enumerate(more.order)}
    return replace(State(fixed=state.fixed), splits=splits, least=least, order=order)


def _code_error(error: Exception) -> TracingError:
    """The code's own error, at the last line that is the code's; or what the tracer stumbled over there."""
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if is_theirs(frame.filename)]
    place = (frames[-1].filename, frames[-1].lineno or 0) if frames else None
    text = str(error).splitlines()[0] if str(error) else ""
    if every and every[-1].filename.startswith(OURS) and not isinstance(error, AttributeError | TypeError):
        told = f"the tracer cannot follow this line ({type(error).__name__}: {text})"
        return UnsupportedCallError(f"{told}; write it in another way, and please report it", place)
    return CodeError(f"the code raised {type(error).__name__}: {text}", place)


# -- names of the code's modules --------------------------------------------------------------------------


def modules_of(function: Any) -> list[dict[str, Any]]:
    """The globals of the function's module, and of the modules that lie beside it."""
    found = _globals_of(function)
    for own in list(found):
        found += [vars(module) for module in list(sys.modules.values()) if _belongs(module, own)]
    return list({id(names): names for names in found}.values())


def _globals_of(function: Any) -> list[dict[str, Any]]:
    """The globals of a function, or of the methods of a class or of an instance's class."""
    inner = inspect.unwrap(getattr(function, "__func__", getattr(function, "func", function)))
    if hasattr(inner, "__globals__"):
        return [inner.__globals__]
    owner = inner if isinstance(inner, type) else type(inner)
    members = [member for base in owner.__mro__ for member in vars(base).values()]
    plain = [getattr(member, "__func__", getattr(member, "fget", member)) for member in members]
    return [member.__globals__ for member in plain if hasattr(member, "__globals__")]


def _belongs(module: Any, own: Mapping[str, Any]) -> bool:
    """True for a module of the same package, or that is written beside the code."""
    if not isinstance(module, types.ModuleType) or module.__name__.split(".")[0] in _NEVER:
        return False
    package = str(own.get("__package__") or "").split(".")[0]
    if package and module.__name__.split(".")[0] == package:
        return True
    ours, theirs = own.get("__file__"), getattr(module, "__file__", None)
    if not ours or not theirs or "site-packages" in ours:
        return False
    return Path(ours).parent in Path(theirs).parents and "site-packages" not in theirs


_NEVER = {"bnsym", "numpy", "sympy", "pytest", "_pytest", "builtins", "math"}


@contextlib.contextmanager
def replaced(modules: Sequence[dict[str, Any]]) -> Iterator[None]:
    """Give the modules our names; put theirs back whatever happens."""
    changes = [(names, key, value) for names in modules for key, value in _changes(names).items()]
    before = [(names, key, names.get(key, _ABSENT)) for names, key, _ in changes]
    known = dict(sys.modules)
    try:
        for names, key, value in changes:
            names[key] = value
        sys.modules.update(STAND_INS)
        yield
    finally:
        sys.modules.update({name: known[name] for name in STAND_INS})
        _give_back(known)
        for names, key, value in before:
            if value is _ABSENT:
                names.pop(key, None)
            else:
                names[key] = value


def _give_back(known: Mapping[str, Any]) -> None:
    """Give the modules that the code itself imported meanwhile what they asked for."""
    for name in sys.modules.keys() - known.keys():
        names = vars(sys.modules[name])
        names.update({key: original(value) for key, value in list(names.items())})


_ABSENT = object()
STAND_INS = {"numpy": NUMPY, "math": MATH}


def _changes(names: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: stand_in(key, value) for key, value in list(names.items()) if not key.startswith("__")}
    changed = {key: value for key, value in found.items() if value is not names[key]}
    return {**{key: value for key, value in BUILTINS.items() if key not in names}, **changed}
