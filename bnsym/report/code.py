"""`bnsym verify` on a person's own code: what it does, and the rows that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from bnsym.errors import UsageError
from bnsym.report.progress import Tell
from bnsym.report.rows import INDENT, Row, Rows, wrapped
from bnsym.report.summary import FAILED, OK, UNKNOWN, worst

if TYPE_CHECKING:
    from bnsym.report.work import Found
    from bnsym.verify.code.result import CodeVerdict, Verification

CODES = {"proved": OK, "bounded": OK, "refuted": FAILED, "unknown": UNKNOWN}
STYLES = {"proved": "green", "bounded": "cyan", "refuted": "bold red", "unknown": "yellow"}
WIDTH = 100


def is_folder_name(target: str) -> bool:
    """True for what can only be meant as a folder: no `:`, no `.py`."""
    return ":" not in target and not target.endswith(".py")


def verify(targets: Sequence[str], options: Mapping[str, Any], tell: Tell) -> Found:
    """A verdict for each gradient of the code that the targets name."""
    tell("verify: reading the code")
    from bnsym.report.work import Found
    from bnsym.verify.code.api import Request, verify_targets
    from bnsym.verify.code.options import places_of_texts, roles_of_texts, sizes_of_texts
    from bnsym.verify.code.result import USER_CODE
    from bnsym.verify.code.starting import Told

    folders = [target for target in targets if Path(target).is_dir()]
    if folders:
        raise UsageError(
            f"bnsym verify: {folders[0]} is a folder; give one folder alone, or code: FILE.py:function"
        )
    told = Told(
        roles_of_texts(options["roles"]),
        options["layout"],
        places_of_texts(options["gradients"]),
        options["output_at"],
    )
    request = Request(told, sizes_of_texts(options["sizes"]), options["layer"], options["timeout"])
    found = verify_targets(targets, request, lambda name: tell(f"verify: {name}"))
    written = ""
    if options["certificates"] is not None:
        found, written = _with_certificates(found, options["certificates"], tell)
    code = worst(CODES[verdict.word] for verdict in found)
    return Found(f"{line(found.verdicts)}{written}; {USER_CODE}", code, items=found.verdicts)


def _with_certificates(found: Verification, directory: Path, tell: Tell) -> tuple[Verification, str]:
    from bnsym.verify.code.certifying import certify

    certified, size = certify(found, directory, lambda name: tell(f"certificate: {name}"))
    count = sum(bool(verdict.certificate) for verdict in certified)
    return certified, f"; {count} certificate{'' if count == 1 else 's'} of {size:,} bytes in {directory}"


def line(verdicts: Sequence[CodeVerdict]) -> str:
    """`3 proved, 1 refuted, 0 unknown`, and how many hold at given sizes alone, if any."""
    count = {word: sum(verdict.word == word for verdict in verdicts) for word in CODES}
    bounded = f", {count['bounded']} bounded" if count["bounded"] else ""
    return f"{count['proved']} proved{bounded}, {count['refuted']} refuted, {count['unknown']} unknown"


def rows(verdicts: Sequence[CodeVerdict]) -> Rows:
    """target and gradient, verdict, ms, needs or why; below a counterexample, and the roles."""
    last = {verdict.target: verdict for verdict in verdicts}
    shown = [_row(verdict, verdict is last[verdict.target]) for verdict in verdicts]
    return Rows(("code, gradient", "verdict", "needs, or why"), shown)


def _row(verdict: CodeVerdict, ends: bool) -> Row:
    good = CODES[verdict.word] == OK
    below = [*_below(verdict), *(_told(verdict.roles) if ends else ())]
    return Row(
        verdict.target,
        verdict.of,
        good,
        verdict.word,
        STYLES[verdict.word],
        _why(verdict),
        verdict.seconds,
        tuple(below),
    )


def _why(verdict: CodeVerdict) -> str:
    if CODES[verdict.word] == OK:
        bounds = [f"for {verdict.bounded} alone, no proof"] if verdict.bounded else []
        needs = ", ".join((*verdict.needs, *verdict.assumptions))
        return "; ".join([*bounds, *([needs] if needs else []), *verdict.notes])
    told = verdict.diagnosis or verdict.detail
    return "; ".join([part for part in (told, *verdict.notes) if part])


def _below(verdict: CodeVerdict) -> Iterator[Text]:
    """The counterexample, line by line."""
    shown = verdict.counterexample
    if shown is None:
        return
    given = ", ".join(f"{name} = {value}" for name, value in shown.inputs.items())
    rows = {"at": given, "it returns": shown.returned, "right is": shown.right, "so": shown.entry}
    for name, value in rows.items():
        for text in wrapped(f"{name:<11}{value}", WIDTH, INDENT, 11):
            yield Text(text)


def _told(roles: str) -> Iterator[Text]:
    for text in wrapped(f"read as: {roles}", WIDTH, INDENT, 9) if roles else ():
        yield Text(text, "dim")
