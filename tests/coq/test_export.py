"""What is exported: every theorem, as its derivation states it, the same bytes each time, nothing unsafe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sympy
from click.testing import CliRunner
from coq_theorems import exported, the, theorems

import bnsym as bs
from bnsym.cli import main
from bnsym.errors import UsageError
from bnsym.proof.coq.exceptions import NOT_CHECKED
from bnsym.proof.coq.export import LIBRARY, export, export_paths, library, write
from bnsym.proof.outcome import Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "coq"
GOLDEN_THEOREMS = [
    ("gradient_facts", "compact_form"),
    ("moving_average", "closed_form"),
    ("scale_invariance", "gradient_is_orthogonal_to_input"),
]

m, n = bs.sizes("m n")
i, j = bs.index("i", m), bs.index("j", n)
x, a = bs.tensor("x", m), bs.tensor("a", m, n)


def derivation():
    return bs.Derivation("made_up", "a test")


def written(d, theorem):
    return export(d, theorem)


def test_every_theorem_is_exported_or_has_a_reason():
    assert len(exported()) == len(theorems(Verdict.PROVED))
    assert [each.theorem for each in exported() if bool(each.text) == bool(each.reason)] == []


def test_the_table_of_exceptions_names_theorems_that_exist():
    assert set(NOT_CHECKED) <= {(each.derivation, each.theorem) for each in exported()}
    assert all(NOT_CHECKED.values())


def test_at_least_95_in_100_theorems_are_left_to_coq():
    left = [each for each in exported() if each.reason or (each.derivation, each.theorem) in NOT_CHECKED]
    assert len(left) <= 0.05 * len(exported())


@pytest.mark.parametrize(("name", "theorem"), GOLDEN_THEOREMS)
def test_exported_bytes_are_the_golden_ones(name, theorem, update_golden):
    found = the(name, theorem)
    golden = GOLDEN / found.file
    if update_golden:
        golden.write_text(found.text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == found.text, (
        "exported text changed; if it is meant: --update-golden"
    )


def test_there_is_no_golden_file_without_a_theorem():
    assert {path.name for path in GOLDEN.iterdir()} == {the(*pair).file for pair in GOLDEN_THEOREMS}


def test_bytes_do_not_depend_on_the_hash_seed():
    program = (
        "from bnsym.proof.coq.export import export_paths; import sys; from pathlib import Path; "
        "print(''.join(each.text for each in export_paths([Path('derivations')])), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        check=True,
    )
    assert done.stdout == "".join(each.text for each in exported())


def test_no_exported_file_holds_an_axiom_or_leaves_a_proof_open():
    words = ("Axiom", "Admitted", "admit", "Parameter", "Conjecture", "Hypothesis", "Variable", "Unset")
    texts = {**{each.file: each.text for each in exported()}, **library()}
    held = [(name, word) for name, text in texts.items() for word in words if re.search(rf"\b{word}\b", text)]
    assert held == []


def test_each_file_ends_with_its_own_theorems_assumptions():
    assert [e.name for e in exported() if not e.text.endswith(f"Print Assumptions {e.name}.\n")] == []
    assert [e.name for e in exported() if e.text.count(f"\nTheorem {e.name} ") != 1] == []


def test_the_statement_is_the_users_not_the_normal_form():
    text = the("moments", "pairwise_differences").text
    assert "Sum v_m (fun i_i : nat => (-v_x i_p + v_x i_i) ^ 2)" in text


def test_a_bound_index_does_not_capture_another_of_its_name():
    d = derivation()
    other = bs.index("i", n)
    theorem = d.prove("captured", sympy.Sum(a[i, j], i), sympy.Sum(sympy.Sum(a[i, other], other), i))
    text = written(d, theorem).text
    assert "Sum v_m (fun i_i : nat => Sum v_n (fun i_i_ : nat => v_a i_i i_i_))" in text


def test_a_difference_that_may_be_negative_is_not_exported():
    d = derivation()
    q = bs.scalar("q", positive=True)
    theorem = d.prove("negative", sympy.Sum(q ** (i - m), i), 1)
    found = written(d, theorem)
    assert found.text == ""
    assert "0 or more" in found.reason


def test_needs_and_assumptions_are_hypotheses():
    d = derivation()
    v, M = bs.scalar("v"), bs.size("M", least=2)
    theorem = d.prove("needs", x[i] / (v * (M - 1)), x[i] / (v * (M - 1)))
    text = written(d, theorem).text
    assert "(2 <= v_M)%nat ->" in text
    assert "(v_v) <> 0 ->" in text


def test_a_source_cannot_end_its_comment():
    d = bs.Derivation("hostile", '*) Axiom cheat : False. (* "')
    theorem = d.prove("claim", x[i], x[i])
    head = written(d, theorem).text.split("From Bnsym")[0]
    assert head.count("*)") == 1
    assert head.count("(*") == 1
    assert '"' not in head


def test_two_theorems_for_one_file_are_refused(tmp_path):
    script = tmp_path / "two.py"
    lines = ["import bnsym as bs", "m = bs.size('m')"]
    lines += [
        f"bs.Derivation('{name}').prove('{theorem}', m, m)"
        for name, theorem in (("a", "b__c"), ("a__b", "c"))
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UsageError, match="would be one file"):
        export_paths([script])


def test_files_are_written_with_their_library(tmp_path):
    paths = write(exported()[:2], tmp_path / "new")
    assert {path.stem for path in paths} == {*LIBRARY, *(each.name for each in exported()[:2])}


def test_the_command_writes_and_counts(tmp_path):
    done = CliRunner().invoke(
        main, ["export", "--coq", str(tmp_path), str(ROOT / "derivations" / "moments.py")]
    )
    assert done.exit_code == 0, done.output
    assert "theorems written to" in done.output
    assert (tmp_path / "moments__merged_mean.v").is_file()
