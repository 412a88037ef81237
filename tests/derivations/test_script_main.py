"""`bnsym.main()` at the end of a script: the table, the exit code, one message for a mistake."""

import runpy
from textwrap import dedent

import pytest

from bnsym.errors import InternalError
from bnsym.proof.derivation import Derivation

HEAD = """\
from sympy import Sum
import bnsym as bs

d = bs.Derivation("trial", "a test")
m = bs.size("m")
i = bs.index("i", m)
x = bs.tensor("x", m)
"""
TAIL = '\nif __name__ == "__main__":\n    bs.main()\n'


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run a script of these lines as the main program; its exit code, output and messages."""
    monkeypatch.setattr(Derivation, "registry", [])
    monkeypatch.chdir(tmp_path)

    def runs(lines, head=HEAD):
        script = tmp_path / "trial.py"
        script.write_text(head + dedent(lines) + TAIL, encoding="utf-8")
        with pytest.raises(SystemExit) as stopped:
            runpy.run_path(str(script), run_name="__main__")
        return stopped.value.code, *capsys.readouterr()

    return runs


# what the script states, its exit code, what standard output must say
STATED = [
    ('d.prove("whole", Sum(1, i), m)', 0, "1 proved, 0 refuted as expected, 0 unknown; "),
    ('d.refute("square", Sum(x[i], i)**2, Sum(x[i]**2, i))', 0, "0 proved, 1 refuted as expected"),
    (
        'd.prove("square", Sum(x[i], i)**2, Sum(x[i]**2, i))',
        1,
        "expected proved\n  claim: sum(x[i], i=1..m)**2",
    ),
    ('d.refute("whole", Sum(1, i), m)', 1, "trial.py:8: trial: whole is proved, expected refuted"),
    (
        'd.prove("order", Sum(x[i]**2, i) * m, Sum(x[i], i)**2, relation=">=")',
        3,
        "0 refuted as expected, 1 unknown",
    ),
]


@pytest.mark.parametrize(
    ("lines", "code", "said"), STATED, ids=[f"exit-{row[1]}-{k}" for k, row in enumerate(STATED)]
)
def test_exit_codes_are_those_of_prove(run, lines, code, said):
    ended, out, err = run(lines)
    assert (ended, err) == (code, "")
    assert said in out
    assert out.startswith("derivation, theorem")


# what the script does wrong, what the one message must say
MISTAKES = [
    ("", "error: bnsym.main(): no theorem was stated before it; call it at the end of the script"),
    ('d.chain("empty", Sum(x[i], i))', "empty has no steps"),
    (
        'd.chain("early", x[i]).step("1", x[i], by=bs.theorem("later"))\nd.prove("later", x[i], x[i])',
        "a step uses the theorem 'later', which is not stated before it",
    ),
    ('d.chain("open", x[i]).step("1", x[i], by=bs.unfold("nu"))', "a step unfolds nu, not defined here"),
]


@pytest.mark.parametrize(("lines", "said"), MISTAKES)
def test_a_mistake_is_one_message(run, lines, said):
    code, out, err = run(lines)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_every_derivation_of_the_script_is_shown(run):
    code, out, _ = run(
        """
        d.prove("first", Sum(1, i), m)
        e = bs.Derivation("second_one", "a test")
        e.prove("second", Sum(2, i), 2*m)
        """
    )
    assert code == 0
    assert out.index("trial") < out.index("first") < out.index("second_one") < out.index("second  ")


def test_an_interrupt_ends_with_its_own_code(run, monkeypatch):
    def interrupt(self, on_outcome):
        raise KeyboardInterrupt

    monkeypatch.setattr(Derivation, "check", interrupt)
    assert run('d.prove("whole", Sum(1, i), m)') == (130, "", "interrupted\n")


@pytest.mark.parametrize(("error", "code"), [(InternalError("a bug"), 3), (ZeroDivisionError("a bug"), None)])
def test_a_bug_is_no_mistake_of_the_script(run, monkeypatch, error, code):
    def fail(self, on_outcome):
        raise error

    monkeypatch.setattr(Derivation, "check", fail)
    if code is None:
        monkeypatch.setattr("bnsym.report.trouble.script_line", lambda error: None)
        with pytest.raises(ZeroDivisionError):
            run('d.prove("whole", Sum(1, i), m)')
        return
    ended, _, err = run('d.prove("whole", Sum(1, i), m)')
    assert (ended, err.splitlines()[0].endswith("a bug")) == (code, True)
