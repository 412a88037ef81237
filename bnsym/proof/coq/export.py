"""Theorems as Coq files: one a theorem, the support library beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from bnsym.errors import UnsupportedTermError, UsageError
from bnsym.proof.coq import names
from bnsym.proof.coq.script import Lemma, proof
from bnsym.proof.coq.statement import Statement
from bnsym.proof.derivation import Derivation
from bnsym.proof.outcome import Verdict
from bnsym.proof.suite import load, own_derivations, scripts
from bnsym.proof.theorems import Chain, Inductive, Theorem

LIBRARY = ("Sums", "Derivatives", "Signs", "Pairs", "Normal", "Decide")  # as Coq compiles them
LOGICAL = "Bnsym"  # the library's name in Coq


@dataclass(frozen=True)
class Exported:
    """A theorem as a Coq file; without a text if the exporter has no words for it, and why."""

    derivation: str
    theorem: str
    name: str
    statement: str
    text: str
    reason: str = ""

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.v"


def library() -> dict[str, str]:
    """The support library: file name and text."""
    folder = files("bnsym.proof.coq") / "library"
    return {f"{name}.v": (folder / f"{name}.v").read_text(encoding="utf-8") for name in LIBRARY}


def export_paths(paths: Sequence[Path]) -> list[Exported]:
    """Every theorem of these scripts (no paths: bnsym's own) that is expected to be proved."""
    found = [
        export(derivation, theorem)
        for script in scripts(paths or [own_derivations()])
        for derivation in load(script)
        for theorem in derivation.theorems
        if theorem.expected is Verdict.PROVED
    ]
    _check_distinct(found)
    return found


def _check_distinct(found: Sequence[Exported]) -> None:
    seen: dict[str, Exported] = {}
    for each in found:
        other = seen.setdefault(each.name.lower(), each)
        if other is not each:
            raise UsageError(
                f"export --coq: {other.derivation}: {other.theorem} and {each.derivation}: {each.theorem} "
                f"would be one file, {each.file}; give one of them another name"
            )


def export(derivation: Derivation, theorem: Theorem) -> Exported:
    """The theorem's file, from its statement as the derivation has it."""
    name = names.theorem_name(derivation.name, theorem.name)
    empty = Exported(derivation.name, theorem.name, name, str(theorem.claim), "")
    try:
        return replace(empty, text=_text(name, derivation, theorem))
    except UnsupportedTermError as error:
        return replace(empty, reason=str(error))


def _text(name: str, derivation: Derivation, theorem: Theorem) -> str:
    statement = _statement(theorem)
    used = {f"{name}__{key}": other for key, other in _used(derivation, theorem).items()}
    lemmas = [(Lemma(lemma, _statement(other)), other) for lemma, other in used.items()]
    known = {*statement.definitions, *(d for lemma, _ in lemmas for d in lemma.statement.definitions)}
    parts = [
        _head(derivation, theorem),
        *(statement.dictionary.text(d) for d in statement.dictionary.definitions if d in known),
        *(_lemma(lemma, other) for lemma, other in lemmas),
        statement.text(name) + proof(theorem, statement, [lemma for lemma, _ in lemmas]),
        f"Print Assumptions {name}.\n",
    ]
    return "\n".join(parts)


def _lemma(lemma: Lemma, theorem: Theorem) -> str:
    return lemma.statement.text(lemma.name, "Lemma") + proof(theorem, lemma.statement)


def _statement(theorem: Theorem) -> Statement:
    lines = tuple(line.term for line in theorem.lines) if isinstance(theorem, Chain) else ()
    return Statement(theorem.claim, lines)


def _used(derivation: Derivation, theorem: Theorem) -> Mapping[str, Theorem]:
    """The inductions that a chain's steps use; other theorems Coq proves again."""
    lines = theorem.lines if isinstance(theorem, Chain) else ()
    used = {name for line in lines for name in line.reason.theorems}
    return {
        names.ascii_name(other.name): other
        for other in derivation.theorems
        if isinstance(other, Inductive) and other.name in used
    }


def _head(derivation: Derivation, theorem: Theorem) -> str:
    source = " ".join(part for part in (derivation.source, f"({theorem.eq})" if theorem.eq else "") if part)
    lines = [f"{derivation.name}: {theorem.name}", *([source] if source else []), str(theorem.claim)]
    comment = "\n    ".join(_harmless(line) for line in lines)
    return f"(** {comment} *)\nFrom {LOGICAL} Require Import Decide.\nOpen Scope R_scope.\n"


def _harmless(comment: str) -> str:
    """A text that cannot end the comment that it stands in, nor begin a string or a comment."""
    for found, instead in (("(*", "( *"), ("*)", "* )"), ('"', "'")):
        comment = comment.replace(found, instead)
    return " ".join(comment.split())


def write(exported: Sequence[Exported], directory: Path) -> list[Path]:
    """Write the library and the theorems' files; returns their paths.  Other files there are left."""
    directory.mkdir(parents=True, exist_ok=True)
    texts = {**library(), **{each.file: each.text for each in exported if each.text}}
    for name, content in texts.items():
        (directory / name).write_text(content, encoding="utf-8", newline="\n")
    return [directory / name for name in texts]
