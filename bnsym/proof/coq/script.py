"""The proof that stands below a statement: which tactics of the support library it calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bnsym.proof.coq import names
from bnsym.proof.coq.statement import Statement
from bnsym.proof.theorems import Chain, Inductive, Theorem
from bnsym.terms.nodes import Size, Term

_RELATIONS = {"<": "Rlt", "<=": "Rle", ">": "Rgt", ">=": "Rge"}


@dataclass(frozen=True)
class Lemma:
    """An equation proved earlier in the same file."""

    name: str
    statement: Statement


def proof(theorem: Theorem, statement: Statement, lemmas: Sequence[Lemma] = ()) -> str:
    """`Proof. ... Qed.`"""
    lines = ["intros.", *_facts(lemmas), *_existence(statement), *_main(theorem, statement, lemmas)]
    return "\n".join(["Proof.", *(f"  {line}" for line in lines), "Qed.", ""])


def _facts(lemmas: Sequence[Lemma]) -> list[str]:
    return [
        f"assert (F{k} : {lemma.statement.conclusion}) by (apply {lemma.name}; assumption)."
        for k, lemma in enumerate(lemmas, 1)
    ]


def _existence(statement: Statement) -> list[str]:
    if statement.is_derivative:
        return []
    return [f"split; [{_opened(statement)}bn_exists |]."] * len(statement.partials)


def _main(theorem: Theorem, statement: Statement, lemmas: Sequence[Lemma]) -> list[str]:
    opened = _opened(statement)
    work = "work_out; " if statement.partials else ""
    if statement.is_derivative:
        return [f"{opened}bn_derive."]
    if isinstance(theorem, Inductive) and isinstance(theorem.over, Size):
        recurrences = [names.defined(name) for name in statement.definitions if _recurs(statement, name)]
        return [
            f"{opened}bn_induct {names.variable(theorem.over.name)} ltac:(cbn [Sum {' '.join(recurrences)}])."
        ]
    if statement.claim.relation == "=":
        using = "".join(f"bn_using F{k}; " for k in range(1, len(lemmas) + 1))
        return [f"{opened}{work}{using}bn_eq."]
    return [f"{opened}{work}{_step(theorem, statement)}{opened}bn_order."]


def _step(theorem: Theorem, statement: Statement) -> str:
    """The last line that a chain's equations lead to, before its order steps."""
    line = _last_equal(theorem)
    if line is None:
        return ""
    relation = _RELATIONS[statement.claim.relation]
    written = statement.form.line(line)
    return f"apply (first_equal {relation} ({written})); [{_opened(statement)}bn_eq |]; "


def _last_equal(theorem: Theorem) -> Term | None:
    found = None
    for line in theorem.lines if isinstance(theorem, Chain) else ():
        if line.relation != "=":
            return found
        found = line.term
    return found


def _opened(statement: Statement) -> str:
    """Unfolding of the statement's definitions; recurrences stay."""
    plain = [names.defined(name) for name in statement.definitions if not _recurs(statement, name)]
    return f"cbv beta delta [{' '.join(plain)}] in *; " if plain else ""


def _recurs(statement: Statement, name: str) -> bool:
    return statement.claim.definitions[name].initial is not None
