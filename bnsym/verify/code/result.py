"""What verification came to: a verdict a gradient, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import indent

from bnsym.errors import MismatchError
from bnsym.proof.claims import Claim
from bnsym.proof.outcome import Verdict

USER_CODE = "bnsym imported and ran this code because it was named; it runs with your rights"


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found at which the user's function, run with numbers, is wrong.

    `inputs`: each array and number as text; `returned` and `right`: the whole arrays; `entry`: where they
    differ.  Central differences of the user's own forward agree with `right`.
    """

    inputs: dict[str, str]
    returned: str
    right: str
    entry: str

    def __str__(self) -> str:
        given = ", ".join(f"{name} = {value}" for name, value in self.inputs.items())
        return f"at {given}\n  it returns  {self.returned}\n  right is    {self.right}\n  {self.entry}"


@dataclass(frozen=True)
class CodeVerdict:
    """One gradient (or one forward against a layer).

    `bounded` names the sizes that were given a number, if the verdict stands for those alone: it is no proof
    then.  `assumptions` are of sizes and of what was traced; `needs` of values.  `claim` is what was proved
    for every size; `certificate` the file that was written for it, if any.
    """

    target: str
    of: str
    place: str
    verdict: Verdict
    needs: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    bounded: str = ""
    counterexample: Counterexample | None = None
    diagnosis: str = ""
    detail: str = ""
    notes: tuple[str, ...] = ()
    roles: str = ""
    seconds: float = 0.0
    certificate: str = ""
    claim: Claim | None = field(default=None, repr=False, compare=False, metadata={"json": False})

    @property
    def word(self) -> str:
        """proved, bounded, refuted or unknown."""
        return "bounded" if self.bounded and self.verdict is Verdict.PROVED else str(self.verdict)

    def __str__(self) -> str:
        return f"{self.target}: {self.of}: {self.grounds()}"

    def grounds(self) -> str:
        """The verdict with all that there is to say of it."""
        noted = "".join(f"\n  note: {note}" for note in self.notes)
        return f"{_GROUNDS[self.verdict](self)}{noted}"


def _proved(v: CodeVerdict) -> str:
    where = f"holds for {v.bounded} (bounded, not a proof)" if v.bounded else "proved for every size"
    needs = (*v.needs, *v.assumptions)
    return f"{where}; needs: {', '.join(needs) or 'nothing'}"


def _refuted(v: CodeVerdict) -> str:
    parts = [f"refuted: {v.diagnosis or v.detail}".rstrip(": ")]
    if v.diagnosis and v.detail:
        parts.append(f"  {v.detail}")
    if v.counterexample is not None:
        parts.append(indent(str(v.counterexample), "  "))
    return "\n".join(parts)


def _unknown(v: CodeVerdict) -> str:
    return f"unknown: {v.detail}"


_GROUNDS = {Verdict.PROVED: _proved, Verdict.REFUTED: _refuted, Verdict.UNKNOWN: _unknown}


@dataclass(frozen=True)
class Verification:
    """All verdicts of one call.  True if every one is proved (or, where sizes were given, holds)."""

    verdicts: tuple[CodeVerdict, ...]

    def __bool__(self) -> bool:
        return bool(self.verdicts) and all(v.verdict is Verdict.PROVED for v in self.verdicts)

    def __iter__(self) -> Iterator[CodeVerdict]:
        return iter(self.verdicts)

    def __str__(self) -> str:
        return "\n".join(map(str, self.verdicts))

    def __repr__(self) -> str:
        return f"<Verification {', '.join(f'{v.of} {v.word}' for v in self.verdicts)}>"

    def trouble(self) -> str:
        """Every verdict that is no proof, in full; nothing if there is none."""
        if not self.verdicts:
            return "nothing was verified"
        return "\n".join(str(v) for v in self.verdicts if v.verdict is not Verdict.PROVED)

    def check(self) -> Verification:
        """Raise MismatchError, with every verdict that is no proof, unless all are proved."""
        __tracebackhide__ = True
        if not self:
            raise MismatchError(self.trouble())
        return self
