"""From TARGET texts to pairs of a forward and a backward."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bnsym.errors import UsageError
from bnsym.verify.code.loading import load
from bnsym.verify.code.names import BACKWARD_METHODS, FORWARD_METHODS
from bnsym.verify.code.plan import Pair

_BACKWARD = re.compile(
    r"(?<![a-z])(backwards?|backprop|bprop|bwd|grads?|gradients?|back|vjp)(?![a-z])|^d(?=_)"
)
_FORWARD = re.compile(r"(?<![a-z])(forwards?|fprop|fwd|forward_pass)(?![a-z])")


@dataclass(frozen=True)
class Named:
    """One target: the text, and the function, class or method that it names."""

    text: str
    owner: type | None
    item: Any

    @property
    def name(self) -> str:
        """The last part of the text."""
        return self.text.rpartition(":")[2].rpartition(".")[2]

    @property
    def is_backward(self) -> bool:
        """By its name."""
        return is_backward(self.name)


def is_backward(name: str) -> bool:
    """True for backward, bn_bwd, grad_of_norm, bprop, ..."""
    return bool(_BACKWARD.search(_snake(name)))


def pairs(targets: Sequence[str]) -> list[Pair]:
    """The pairs that the targets name; a forward alone has no backward."""
    found: list[Pair] = []
    functions: list[Named] = []
    for text in targets:
        for each in _named(text):
            if isinstance(each.item, type):
                found.append(_of_class(each))
            elif each.owner is not None:
                _addmethod_of(found, each)
            else:
                functions.append(each)
    return found + list(_of_functions(functions))


def _named(text: str) -> Iterator[Named]:
    module_text, colon, path = text.rpartition(":")
    if not colon or path.endswith((".py", "/")):
        module = load(text)
        yield from _all_pairs(text, module)
        return
    module = load(module_text)
    owner: type | None = None
    item: Any = module
    for part in path.split("."):
        if not hasattr(item, part):
            raise UsageError(f"{text}: {module_text} has no {part!r}; it has {_listed(item)}")
        owner, item = item if isinstance(item, type) else None, getattr(item, part)
    if not callable(item):
        raise UsageError(f"{text} is a {type(item).__name__}; name a function, a class or a method")
    yield Named(text, owner, item)


def _listed(item: Any) -> str:
    own = [name for name, value in vars(item).items() if callable(value) and not name.startswith("_")]
    return ", ".join(own) or "no functions"


def _all_pairs(text: str, module: ModuleType) -> Iterator[Named]:
    """Every class of a file with both methods, every function with a partner."""
    own = {n: v for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__}
    functions = [Named(f"{text}:{n}", None, v) for n, v in own.items() if inspect.isfunction(v)]
    paired = [pair for pair in _of_functions(functions) if pair.backward]
    kept = {id(part) for pair in paired for part in (pair.forward, pair.backward)}
    classes = [
        Named(f"{text}:{n}", None, v)
        for n, v in own.items()
        if isinstance(v, type) and method_of(v, FORWARD_METHODS) and method_of(v, BACKWARD_METHODS)
    ]
    if not kept and not classes:
        raise UsageError(
            f"{text}: no function or class with a forward and a backward was found by its name; "
            f"name them: {text}:forward {text}:backward"
        )
    yield from (each for each in functions if id(each.item) in kept)
    yield from classes


def method_of(owner: type, names: Sequence[str]) -> str:
    """The first of the names that the class or one of its bases defines; an empty text if there is none."""
    defined = {name for base in owner.__mro__ if base is not object for name in vars(base)}
    return next((name for name in names if name in defined), "")


def _of_class(each: Named) -> Pair:
    forward, backward = method_of(each.item, FORWARD_METHODS), method_of(each.item, BACKWARD_METHODS)
    if not forward:
        raise UsageError(
            f"{each.text} has no method called {', '.join(FORWARD_METHODS[:4])}, ...; "
            f"name the methods: {each.text}.METHOD {each.text}.METHOD"
        )
    return Pair(each.text, forward, backward or None, each.item)


def _addmethod_of(found: list[Pair], each: Named) -> None:
    """A method: the forward of a new pair, or the backward of the pair before."""
    owner = each.owner
    if owner is None:
        return
    if found and found[-1].owner is owner and each.is_backward:
        last = found.pop()
        found.append(Pair(last.name, last.forward, each.name, owner))
        return
    if each.is_backward:
        found.append(Pair(each.text, method_of(owner, FORWARD_METHODS), each.name, owner))
    else:
        found.append(Pair(each.text, each.name, method_of(owner, BACKWARD_METHODS) or None, owner))


def _of_functions(functions: Sequence[Named]) -> Iterator[Pair]:
    """Each backward with the forward that fits its name best; forwards without one stand alone."""
    backwards = [each for each in functions if each.is_backward]
    forwards = [each for each in functions if not each.is_backward]
    if not backwards and len(functions) == 2:
        forwards, backwards = [functions[0]], [functions[1]]
    used: set[str] = set()
    for each in backwards:
        partner = _partner(each, forwards, functions)
        if partner is not None:
            used.add(partner.text)
            yield Pair(each.text, _function(partner), _function(each))
        else:
            raise UsageError(
                f"{each.text} is a backward without a forward; name both: bnsym verify FORWARD {each.text}"
            )
    yield from (Pair(each.text, _function(each), None) for each in forwards if each.text not in used)


def _function(named: Named) -> Callable[..., Any]:
    function: Callable[..., Any] = named.item
    return function


def _partner(backward: Named, forwards: Sequence[Named], all_named: Sequence[Named]) -> Named | None:
    stem = _stem(_BACKWARD, backward.name)
    fits = [each for each in forwards if _stem(_FORWARD, each.name) == stem]
    if not fits:
        fits = [each for each in forwards if stem.startswith(_stem(_FORWARD, each.name)) and stem]
        fits.sort(key=lambda each: -len(each.name))
    if fits:
        return fits[0]
    others = [each for each in all_named if each.is_backward and each is not backward]
    return forwards[0] if len(forwards) == 1 and len(all_named) <= 2 + len(others) else None


def _stem(words: re.Pattern[str], name: str) -> str:
    return re.sub(r"_+", "_", words.sub("", _snake(name))).strip("_")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("_", " ").replace(" ", "_")
