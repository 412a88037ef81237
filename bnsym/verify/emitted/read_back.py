"""Reading back: the text of a kernel, run on symbolic arrays, gives what the kernel claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import TermWriter
from bnsym.errors import BnsymError, InternalError
from bnsym.kernels.numpy_backend import NumPyModule
from bnsym.proof.claims import Claim
from bnsym.proof.outcome import Verdict
from bnsym.proof.prover import decide
from bnsym.terms.nodes import Entry, Tensor, subtract
from bnsym.terms.text import text
from bnsym.terms.walk import subterms
from bnsym.tracing import Trace, explore
from bnsym.verify.emitted.claims import Read, Reader, running_claims
from bnsym.verify.emitted.interface import check_interface
from bnsym.verify.emitted.layouts import LAYOUTS, Layout
from bnsym.verify.emitted.loading import module_from_text

SHOWN = 400  # letters of a term in a message


@dataclass(frozen=True)
class ReadBack:
    """What was proved of a kernel's own text: claims, the shapes of x, and what the text assumes of sizes."""

    claims: tuple[str, ...]
    shapes: tuple[str, ...]
    assumptions: tuple[str, ...]


def read_back(printed: NumPyModule, source: str) -> ReadBack:
    """Prove that a text does what the module claims.  Raises InternalError with the claim that it breaks."""
    name = printed.layer.name
    try:
        module = module_from_text(source, name)
        proved = _proved(printed, module)
        check_interface(printed, module)
        return proved
    except Exception as error:
        told = str(error) if isinstance(error, InternalError) else f"it cannot be read: {_told(error)}"
        raise InternalError(
            f"the printed text of {name} is not proved to do what it claims: {told}; nothing was written"
        ) from error


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, BnsymError) else f"{type(error).__name__}: {error}"


def _proved(printed: NumPyModule, module: ModuleType) -> ReadBack:
    names: list[str] = []
    assumptions: dict[str, None] = {}
    for attempt in _attempts(printed, module):
        reads, assumed = explore(attempt)
        assumptions |= dict.fromkeys(assumed)
        for read in reads:
            _prove(read)
            names.append(read.name)
    return ReadBack(tuple(names), tuple(map(str, LAYOUTS)), tuple(assumptions))


Attempt = Callable[[Trace], tuple[tuple[Read, ...], tuple[str, ...]]]


def _attempts(printed: NumPyModule, module: ModuleType) -> Iterator[Attempt]:
    """The runs: all functions under each layout, and the running averages, which have none."""
    for layout in LAYOUTS:
        yield _under(printed, module, layout)
    if "update_running_stats" in printed.plan.functions:
        for unbiased in (True, False):
            yield _averaging(printed, module, unbiased)


def _under(printed: NumPyModule, module: ModuleType, layout: Layout) -> Attempt:
    return lambda trace: (Reader(printed, module, trace, layout).all(), trace.assumptions)


def _averaging(printed: NumPyModule, module: ModuleType, unbiased: bool) -> Attempt:
    return lambda trace: (running_claims(printed, module, trace, unbiased), trace.assumptions)


def _prove(read: Read) -> None:
    decision = decide(read.claim)
    if decision.verdict is Verdict.PROVED:
        return
    why = f"at {decision.witness}" if decision.witness else decision.detail
    raise InternalError(
        f"{read.name} is {decision.verdict}; what it returns, less what is right, is "
        f"{difference(read.claim)}; {why}"
    )


def difference(claim: Claim) -> str:
    """left - right with all terms collected, as text; cut where it is long."""
    claim = claim.expanded()
    normalizer = Normalizer(claim.definitions)
    try:
        rest = normalizer.normal_form(subtract(claim.left, claim.right))
        shown = text(TermWriter(_tensors(claim)).term(rest))
    except (BnsymError, RecursionError):
        shown = text(subtract(claim.left, claim.right))
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]} ..."


def _tensors(claim: Claim) -> dict[str, Tensor]:
    bodies = (claim.left, claim.right, *(d.body for d in claim.definitions.values()))
    nodes = (node for body in bodies for node in subterms(body))
    return {node.tensor.name: node.tensor for node in nodes if isinstance(node, Entry)}
