"""A certificate for each gradient of a person's code that is proved for every size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.proof.archive import file_name, store
from bnsym.proof.certificate import write_claim_certificate
from bnsym.verify.code.result import CodeVerdict, Verification


def certify(found: Verification, directory: Path, tell: Callable[[str], None]) -> tuple[Verification, int]:
    """Write the certificates into a folder, as `prove --certificates` does; how many bytes they have.

    A verdict for which none can be written says so in its notes.  Raises UsageError for a folder that cannot
    be written.
    """
    texts: dict[str, str] = {}
    verdicts = []
    for verdict in found:
        tell(f"{verdict.target}: {verdict.of}")
        verdicts.append(_certified(verdict, texts))
    own = [file_name(_stem(target), "x").removesuffix("x.json") for target in {v.target: None for v in found}]
    try:
        store(texts, directory, own)
    except OSError as error:
        raise UsageError(f"verify --certificates: cannot write into {directory}: {error.strerror}") from error
    return Verification(tuple(verdicts)), sum(map(len, texts.values()))


def _certified(verdict: CodeVerdict, texts: dict[str, str]) -> CodeVerdict:
    if verdict.claim is None:
        return verdict
    name = file_name(_stem(verdict.target), verdict.of)
    try:
        texts[name] = write_claim_certificate(name.removesuffix(".json"), verdict.claim)
    except Exception as error:  # whatever it is, the other certificates are to be written
        return replace(
            verdict, notes=(*verdict.notes, f"no certificate: {str(error) or type(error).__name__}")
        )
    return replace(verdict, certificate=name)


def _stem(target: str) -> str:
    """The target without its folders."""
    return target.replace("\\", "/").rpartition("/")[2]
