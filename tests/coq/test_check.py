"""Coq's word is taken only with status 0, known axioms and a file that is what its derivation exports."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from coq_theorems import mutated, refuted, the

from bnsym.cli import main
from bnsym.errors import UsageError
from bnsym.proof.coq import check as checking
from bnsym.proof.coq.check import CoqResult, check_paths, differences
from bnsym.proof.coq.coqc import INSTALL, Coq, Judgement, assumptions
from bnsym.proof.coq.export import export_paths, write

MOMENTS = Path(__file__).resolve().parent.parent.parent / "derivations" / "moments.py"
SECONDS = 8  # of processor time for a false twin
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason=f"coqc is not here; {INSTALL}")

REALS = (
    "ClassicalDedekindReals.sig_forall_dec\n  : forall P, x\nfunctional_extensionality_dep : forall A\n  B, y"
)
ASSUMPTIONS = [
    ("nothing", "Closed under the global context\n", ""),
    ("Coq's reals", f"Axioms:\n{REALS}\n", ""),
    ("an axiom of its own", f"Axioms:\n{REALS}\ncheat : False\n", "assumes cheat"),
    ("an axiom with a long type", "Axioms:\ncheat\n  : 1 = 2\n", "assumes cheat"),
    (
        "a name that begins alike",
        "Axioms:\nfunctional_extensionality_dep2 : x\n",
        "assumes functional_extensionality_dep2",
    ),
    ("no word of assumptions", "", "did not print"),
    ("something before", "hello\nClosed under the global context\n", "did not print"),
    ("something after", "Closed under the global context\nhello\n", "did not print"),
]


@pytest.mark.parametrize(
    ("output", "fault"), [row[1:] for row in ASSUMPTIONS], ids=[row[0] for row in ASSUMPTIONS]
)
def test_assumptions(output, fault):
    found = assumptions(output)
    assert fault in found
    assert bool(fault) == bool(found)


@pytest.fixture
def folder(tmp_path):
    write(export_paths([MOMENTS]), tmp_path)
    return tmp_path


def faults(folder):
    return {result.theorem: result.detail for result in differences(export_paths([MOMENTS]), folder)}


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


TAMPERINGS = [
    ("admitted", "merged_mean", "Qed.", "Admitted."),
    ("an axiom", "merged_mean", "Theorem ", "Axiom cheat : forall x y : R, x = y.\nTheorem "),
    ("a weaker statement", "merged_mean", "(1 <= v_m)%nat ->", "False -> (1 <= v_m)%nat ->"),
    ("another definition", "merged_mean", "Definition d_gap", "Definition d_gap_"),
    (
        "another theorem's assumptions",
        "merged_mean",
        "Print Assumptions moments__merged_mean",
        "Print Assumptions Sum_ext",
    ),
    ("a space", "merged_mean", "Qed.", "Qed. "),
]


@pytest.mark.parametrize(
    ("theorem", "old", "new"), [row[1:] for row in TAMPERINGS], ids=[r[0] for r in TAMPERINGS]
)
def test_a_changed_file_is_refused(folder, theorem, old, new):
    assert faults(folder) == {}
    change(folder / f"moments__{theorem}.v", old, new)
    assert list(faults(folder)) == [theorem]
    assert "is not what its derivation exports, first at line" in faults(folder)[theorem]


def test_a_changed_library_is_refused(folder):
    change(folder / "Sums.v", "Lemma Sum_plus", "Axiom cheat : False.\nLemma Sum_plus")
    assert list(faults(folder)) == ["Sums.v"]


def test_a_missing_and_a_strange_file_are_refused(folder):
    (folder / "moments__one_pass.v").rename(folder / "moments__two_passes.v")
    assert faults(folder) == {
        "one_pass": "moments__one_pass.v is missing; export again",
        "moments__two_passes.v": "no theorem of these derivations",
    }


def test_a_folder_without_coq_files_is_a_mistake(tmp_path):
    with pytest.raises(UsageError, match="holds no"):
        list(differences([], tmp_path))


def test_without_coq_the_command_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["check", "--coq", str(MOMENTS)])
    assert done.exit_code == 2
    assert "apt-get install --no-install-recommends coq libcoq-coquelicot" in done.stderr


def test_the_command_asks_by_what():
    assert CliRunner().invoke(main, ["check", str(MOMENTS)]).exit_code == 2


class Answering:
    """A Coq that refuses the theorems of one name."""

    def __init__(self, refused=""):
        self.refused = refused

    def prepared(self, folder, limit):
        return self

    def judge(self, name, text):
        good = name != self.refused
        return Judgement(good, "" if good else "Error: no", 1.0)


@pytest.mark.parametrize(("refused", "code"), [("", 0), ("moments__one_pass", 4)])
def test_exit_codes_and_json(monkeypatch, refused, code):
    monkeypatch.setattr(checking, "Coq", Answering(refused))
    done = CliRunner().invoke(main, ["check", "--coq", str(MOMENTS), "--json"])
    assert done.exit_code == code, done.output
    items = json.loads(done.stdout)["items"]
    assert {item["theorem"] for item in items if item["result"] == "refused"} == (
        {"one_pass"} if refused else set()
    )


def test_a_changed_file_ends_in_4_even_if_coq_accepts_the_theorem(monkeypatch, folder):
    monkeypatch.setattr(checking, "Coq", Answering())
    change(folder / "moments__merged_mean.v", "Qed.", "Admitted.")
    done = CliRunner().invoke(main, ["check", "--coq", str(folder), str(MOMENTS)])
    assert done.exit_code == 4, done.output
    assert "moments: merged_mean is not accepted" in done.output


def test_listed_exceptions_are_not_refused(monkeypatch):
    monkeypatch.setattr(checking, "Coq", Answering("moments__one_pass"))
    monkeypatch.setattr(checking, "NOT_CHECKED", {("moments", "one_pass"): "a reason"})
    results = {result.theorem: result for result in check_paths([MOMENTS])}
    assert results["one_pass"] == CoqResult(
        "moments", "one_pass", "not checked", "a reason", 0.0, results["one_pass"].statement
    )
    assert all(result.as_expected for result in results.values())


# -- with coqc ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coq(tmp_path_factory):
    return Coq.prepared(tmp_path_factory.mktemp("coq"))


@needs_coq
@pytest.mark.slow
def test_a_true_theorem_is_accepted_and_cheats_are_not(coq):
    found = the("moments", "merged_mean")
    judged = coq.judge(found.name, found.text)
    assert judged.accepted, judged.detail
    cheats = {
        "Admitted": found.text.replace("Qed.", "Admitted."),
        "an axiom": found.text.replace("Theorem", "Axiom cheat : forall x y : R, x = y.\nTheorem").replace(
            "intros.", "intros. apply cheat."
        ),
        "no assumptions": found.text.replace("Print Assumptions", "About"),
        "a broken file": found.text[:-30],
    }
    assert [name for name, text in cheats.items() if coq.judge("cheat", text).accepted] == []


@needs_coq
@pytest.mark.slow
def test_coq_is_stopped_at_the_limit(coq):
    endless = "Goal True. do 1000000000 idtac."
    judged = Coq(coq.program, coq.folder, 1).judge("endless", endless)
    assert judged.detail == "no answer in 1 s of processor time"


@needs_coq
@pytest.mark.slow
def test_false_twins_are_rejected(coq):
    hurried = Coq(coq.program, coq.folder, SECONDS)
    twins = [*refuted(), *mutated()]
    assert len(twins) >= 47
    with ThreadPoolExecutor(2) as pool:
        judged = list(pool.map(lambda twin: hurried.judge(twin.name, twin.text), twins))
    assert [twin.name for twin, found in zip(twins, judged, strict=True) if found.accepted] == []
    unread = [found.detail for found in judged if re.search("Syntax error|not found", found.detail)]
    assert unread == []


@needs_coq
@pytest.mark.slow
def test_what_is_on_the_list_of_exceptions_is_not_accepted(coq):
    listed = [the(*pair) for pair in checking.NOT_CHECKED]
    assert [each.name for each in listed if each.text and coq.judge(each.name, each.text).accepted] == []
