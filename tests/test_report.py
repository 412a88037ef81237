"""Tables fit their width, cut no name short, and mark what is wrong; progress is for terminals alone."""

import io
import sys

import pytest
from rich.console import Console
from stand_ins import check_result, outcome

from bnsym.proof.outcome import Line
from bnsym.report import progress, summary, terminal
from bnsym.report.work import Found, Phase

LONG = "average_of_mini_batch_variances_is_not_the_training_variance"

OUTCOMES = [
    outcome("proved", needs=("m >= 1", "sigma^2 + eps > 0")),
    outcome("refuted", name=LONG, witness="T = 2, m = 1, x = [[0], [1]]: left 0, right 1/4"),
    outcome("refuted", "proved", derivation="layer_norm_backward_from_first_principles", seconds=123.4),
]
RESULTS = [
    check_result("central differences, (N, C, H, W), float32, grad_gamma", True),
    check_result("constant channel", False, "3 of 8 entries off, first at (0, 1)"),
]
PHASES = [
    Phase("prove", 1.0, Found("60 proved", 0)),
    Phase("generate", 0.1, Found("none", 2)),
    Phase("verify", 0, None),
]
KILLS = {
    "projection term dropped": {"central differences": True, "exact oracle": True, "blind: sum of y": False},
    "eps dropped in the backward": {"central differences": False, "exact oracle": False},
}
SUMS = " + ".join(f"sum(x[i]*y[i, {k}], i=1..m)" for k in range(9))
PROOF = outcome(
    "proved",
    statement=f"{SUMS} = {SUMS}",
    definitions=(f"mu = {SUMS}", "nu = 1"),
    lines=(
        Line("", SUMS, "", "1.1"),
        Line("=", "nu", "linearity, unfolding mu", "1.2"),
        Line("=", SUMS, "algebra", ""),
    ),
)
CLAIM = outcome("proved", name="second", statement=f"{SUMS} <= {SUMS}", definitions=("nu = 1", "xi = 2"))


def proof_rows(outcomes):
    return terminal.prove_rows(outcomes, verbose=True)


RENDERED = [
    (terminal.prove_rows, OUTCOMES),
    (proof_rows, [PROOF, CLAIM]),
    (terminal.verify_rows, RESULTS),
    (terminal.phase_table, PHASES),
    (terminal.kill_table, KILLS),
]


def rendered(table, width):
    out = Console(width=width, file=io.StringIO(), highlight=False)
    out.print(table)
    return out.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize(("table", "items"), RENDERED, ids=[row[0].__name__ for row in RENDERED])
def test_a_table_fits_its_width_and_cuts_nothing_short(table, items, width):
    text = rendered(table(items), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "\x1b" not in text


def test_at_80_columns_no_name_is_lost():
    lines = rendered(terminal.prove_rows(OUTCOMES), 80).splitlines()
    first_column = "".join(line[2 : lines[0].index("verdict")].strip() for line in lines)
    assert LONG in first_column


def test_a_proof_has_each_definition_once_and_a_reason_beside_its_line_or_below():
    lines = rendered(proof_rows([PROOF, CLAIM]), 80).splitlines()
    assert [line.strip() for line in lines if line.startswith("      let ")][1:] == [
        "let nu = 1",
        "let xi = 2",
    ]
    (beside,) = [line for line in lines if line.startswith("      = nu ")]
    assert beside.endswith("  linearity, unfolding mu  [1.2]")
    assert len(beside) == 80
    assert any(line.endswith(" [1.1]") for line in lines)
    assert [line[:9] for line in lines if "sum(x[i]*y[i, 0]" in line] == [
        "      let",
        *["      sum", "      = s"],
        "      sum",
        "      <= ",
    ]


def test_unexpected_verdicts_are_marked_and_expected_ones_are_not():
    text = rendered(terminal.prove_rows(OUTCOMES), 120)
    assert text.count("✗") == 1
    assert "expected proved" in text


def test_the_kill_matrix_marks_the_mutant_that_survives():
    lines = rendered(terminal.kill_table(KILLS), 80).splitlines()
    assert lines[1].split() == ["mutant", "123", "kills"]
    assert lines[3].split() == ["projection", "term", "dropped", "●●·", "2"]
    assert lines[4].split() == ["eps", "dropped", "in", "the", "backward", "···", "✗", "SURVIVES"]
    assert lines[5:] == [" 1  central differences", " 2  exact oracle", " 3  blind: sum of y"]


def test_a_phase_that_was_not_run_says_so():
    lines = rendered(terminal.phase_table(PHASES), 80).splitlines()
    assert lines[3].split()[:4] == ["generate", "✗", "exit", "2"]
    assert lines[4].split() == ["verify", "not", "run"]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 2], 2), ([2, 1, 3], 1), ([0, 1], 1)],
)
def test_the_worst_exit_code(codes, expected):
    assert summary.worst(codes) == expected


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "wanted", "shows"), [(Terminal, True, True), (Terminal, False, False)])
def test_progress_is_shown_where_it_is_wanted(monkeypatch, stream, wanted, shows):
    monkeypatch.setattr("sys.stderr", stream())
    with progress.progress(wanted) as tell:
        tell("prove: means: [red] x[i]")
    assert ("prove: means: [red] x[i]" in sys.stderr.getvalue()) is shows


def test_progress_is_silent_where_nobody_looks(capsys):
    with progress.progress() as tell:
        tell("prove")
    assert capsys.readouterr() == ("", "")
