"""The pytest plugin, in small projects of its users': claims as test items, and the fixtures."""

import subprocess
import sys
from fnmatch import fnmatch
from xml.etree import ElementTree

import pytest

import bnsym.proof.suite
import bnsym.report.summary  # noqa: F401 - kept loaded: what is first imported in a run of pytester is dropped

pytest_plugins = "pytester"

SETTING = """
from sympy import Sum
import bnsym as bs

d = bs.Derivation("means", "a note")
m = bs.size("m")
i = bs.index("i", m)
x, y, b = bs.tensor("x", m), bs.tensor("y", m), bs.scalar("b")
mu = d.define("mu", Sum(x[i], i) / m)
"""
GOOD = f"""{SETTING}
d.prove("mean_holds_bias", Sum(x[i] + b, i) / m, mu + b)
d.refute("mean_doubles", mu, 2 * mu)
d.prove("spread", Sum(x[i] - mu, i) / (m * b), 0)
d.chain("uses_the_first", 2 * Sum(x[i] + b, i) / m).step("1", 2 * (mu + b), by=bs.theorem("mean_holds_bias"))
"""
BAD = f"""{SETTING}
d.prove("false", mu, 2 * mu)
d.refute("true", mu, mu)
(
    d.chain("stepped", Sum(x[i] + b, i) / m)
    .step("(1.1)", mu + b, by=bs.linearity(mu))
    .step("(1.2)", mu + 2 * b, by=bs.algebra)
)
d.chain("weak", Sum(x[i] + b, i) / m).step("1", mu + b, by=bs.algebra)
d.chain("uses_false", mu).step("1", 2 * mu, by=bs.theorem("false"))
d.chain("uses_nothing", mu).step("1", 2 * mu, by=bs.theorem("nowhere"))
d.prove("undecided", Sum(x[i] ** 2, i), Sum(x[i], i) ** 2 / m, relation=">=")
d.prove("last", mu, mu)
"""


@pytest.fixture(autouse=True)
def alone(pytester, monkeypatch):
    """Without a plugin that is slow to end the many small runs."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


@pytest.fixture
def project(pytester):
    """A user's project: derivations/good.py and derivations/bad.py."""
    folder = pytester.mkdir("derivations")
    (folder / "good.py").write_text(GOOD, encoding="utf-8")
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    return pytester


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_every_claim_is_an_item_under_its_derivation(project):
    done = project.runpytest_inprocess("--collect-only", "-q", "derivations/good.py")
    assert done.outlines[:4] == [
        "derivations/good.py::means::mean_holds_bias",
        "derivations/good.py::means::mean_doubles",
        "derivations/good.py::means::spread",
        "derivations/good.py::means::uses_the_first",
    ]
    tree = project.runpytest_inprocess("--collect-only", "derivations/good.py")
    tree.stdout.fnmatch_lines(["*<Script good.py>", "*<Claims means>", "*<Claim mean_holds_bias>"])


@pytest.mark.parametrize("where", ["derivations", "derivations/good.py", "."])
def test_what_the_derivation_expects_passes(project, where):
    (project.path / "derivations" / "bad.py").unlink()
    project.runpytest_inprocess(where).assert_outcomes(passed=4)


# claim, what holds the line of its failure, what its failure's text says
FAILURES = [
    (
        "false",
        '"false", mu',
        "means: false is refuted, expected proved",
        "  claim: mu = 2?mu",
        "  witness: m=1, x=(*",
    ),
    ("true", '"true"', "means: true is proved, expected refuted", "  claim: mu = mu"),
    (
        "stepped",
        '"(1.2)"',
        "means: stepped *",
        "  stepped, step (1.2) (*) does not follow by algebra:",
        "    b + mu",
        "    = mu + 2?b",
        "    fails at m=1, b=1, x=(0): left = 1, right = 2",
    ),
    ("weak", '"weak"', "*", "    the two sides are equal, but not by this reason; it takes linearity*"),
    ("uses_false", '"uses_false"', "*", "*'false', which was not proved*"),
    ("uses_nothing", '"uses_nothing"', "*a step uses the theorem 'nowhere', which is not stated before it*"),
    (
        "undecided",
        '"undecided"',
        "means: undecided is unknown, expected proved",
        "*held at * exact instances*",
    ),
]


@pytest.mark.parametrize("style", ["auto", "long", "native"])
def test_a_failure_tells_the_step_and_the_counterexample_and_no_traceback(project, style):
    done = project.runpytest_inprocess("derivations", f"--tb={style}")
    for claim, part, first, *rest in FAILURES:
        place = f"derivations?bad.py:{line_of(BAD, part)}: "
        done.stdout.fnmatch_lines([f"*_ means::{claim} _*", f"{place}{first}", *rest])
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.no_fnmatch_line("*pytest_plugin*")
    done.assert_outcomes(failed=7, passed=5)


def test_the_summary_and_the_short_style_give_the_counterexample_and_the_place(project, monkeypatch):
    monkeypatch.setenv("CI", "true")  # summaries in full width
    done = project.runpytest_inprocess("derivations/bad.py", "--tb=line")
    done.assert_outcomes(failed=7, passed=1)
    done.stdout.fnmatch_lines(
        [
            "*bad.py:16: a step does not follow: fails at m=1, b=1, x=(0): left = 1, right = 2",
            "FAILED derivations/bad.py::means::false - refuted, expected proved: witness: m=1, x=(1): *",
            "FAILED derivations/bad.py::means::true - proved, expected refuted: *",
            "FAILED derivations/bad.py::means::undecided - unknown, expected proved: *",
        ]
    )


def test_one_claim_alone_is_decided_with_those_that_it_uses(project):
    project.runpytest_inprocess("derivations", "-k", "uses_the_first").assert_outcomes(
        passed=1, deselected=11
    )
    done = project.runpytest_inprocess("derivations/good.py::means::uses_the_first")
    done.assert_outcomes(passed=1)


def test_selection_by_derivation_and_theorem(project):
    (project.path / "derivations" / "other.py").write_text(
        GOOD.replace('"means"', '"averages"'), encoding="utf-8"
    )
    done = project.runpytest_inprocess("derivations", "-k", "averages and not doubles")
    done.assert_outcomes(passed=3, deselected=13)


def test_stopping_at_the_first_failure_and_running_what_failed(project):
    project.runpytest_inprocess("derivations/bad.py", "-x").assert_outcomes(failed=1)
    project.runpytest_inprocess("derivations").assert_outcomes(failed=7, passed=5)
    project.runpytest_inprocess("derivations", "--lf").assert_outcomes(failed=7)
    bad = project.path / "derivations" / "bad.py"
    bad.write_text(BAD.replace('"true", mu, mu', '"true", mu, 3 * mu'), encoding="utf-8")
    project.runpytest_inprocess("derivations", "--lf").assert_outcomes(failed=6, passed=1)
    project.runpytest_inprocess("derivations", "--lf").assert_outcomes(failed=6)


def run(folder, *arguments, python=()):
    command = [sys.executable, *python, "-m", "pytest", "-p", "no:randomly", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_on_several_processes(project):
    done = run(project.path, "-n", "2", "derivations", "-W", "error")
    assert "7 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert "fails at m=1, b=1, x=(0): left = 1, right = 2" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("python", [(), ("-O",)], ids=["plain", "-O"])
def test_junit_xml(project, python):
    """Also without assert statements: a failure must not be one."""
    done = run(
        project.path, "derivations", "--junitxml=report.xml", "-o", "junit_family=xunit1", python=python
    )
    assert done.returncode == 1, done.stdout + done.stderr
    suite = ElementTree.parse(project.path / "report.xml").getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("12", "7", "0")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    stepped = cases["stepped"]
    assert stepped.get("classname") == "derivations.bad.means"
    assert stepped.get("file").replace("\\", "/") == "derivations/bad.py"
    assert int(stepped.get("line")) + 1 == line_of(BAD, 'd.chain("stepped"')
    failure = stepped.find("failure")
    assert failure.get("message") == "a step does not follow: fails at m=1, b=1, x=(0): left = 1, right = 2"
    assert "stepped, step (1.2)" in failure.text
    assert "Traceback" not in failure.text
    assert properties(cases["spread"]) == {
        ("claim", "sum(-mu + x[i], i=1..m)/(b*m) = 0"),
        ("verdict", "proved"),
        ("needs", "b != 0"),
    }
    kinds = {name for name, _ in properties(cases["mean_doubles"])}
    assert kinds == {"claim", "verdict", "witness"}


def properties(case):
    return {(each.get("name"), each.get("value")) for each in case.iter("property")}


# what is wrong, the script, what the error says of it
BROKEN = [
    (
        "raises",
        f"{SETTING}\nd.prove('a', undefined, 1)\n",
        "*broken.py:11: *NameError: name 'undefined' is not*",
    ),
    (
        "ends the program",
        "import bnsym\nbnsym.Derivation('a')\nimport sys\nsys.exit(0)\n",
        "*broken.py:4: *ends the program*",
    ),
    (
        "no syntax",
        "import bnsym\nd = bnsym.Derivation('a'\n",
        "*broken.py:2: *SyntaxError: '(' was never closed",
    ),
    ("a null", "import bnsym\nd = bnsym.Derivation('a')\0", "*null bytes*"),
    ("a wrong call", f"{SETTING}\nd.prove('a', 'text', 1)\n", "*broken.py:11: 'text' is a str*"),
    (
        "one name twice",
        f"{SETTING}\nd.prove('a', mu, mu)\nd.prove('a', mu, mu)\n",
        "*broken.py:12: *'a' already*",
    ),
    (
        "its own error",
        "import bnsym\nbnsym.Derivation('a')\nraise OSError('no disk')\n",
        "*broken.py:3: *OSError: no disk",
    ),
    ("nothing made", "import bnsym\nif __name__ == '__main__':\n    bnsym.main()\n", "*makes no Derivation*"),
]


@pytest.mark.parametrize(("text", "line"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_script_that_cannot_be_read_is_a_collection_error(project, text, line):
    (project.path / "derivations" / "broken.py").write_text(text, encoding="utf-8")
    done = project.runpytest_inprocess("derivations")
    done.assert_outcomes(errors=1)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["*ERROR collecting derivations/broken.py*", line])
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.no_fnmatch_line("*pytest_plugin*")
    done = project.runpytest_inprocess(
        "derivations/good.py", "derivations/broken.py", "--continue-on-collection-errors"
    )
    done.assert_outcomes(passed=4, errors=1)


def test_a_script_may_skip_itself(project):
    script = f"import pytest\npytest.skip('another day', allow_module_level=True)\n{SETTING}"
    (project.path / "derivations" / "bad.py").write_text(script, encoding="utf-8")
    project.runpytest_inprocess("derivations").assert_outcomes(passed=4, skipped=1)


TELLS = "from pathlib import Path\nwith Path({log!r}).open('a') as log: log.write(__name__ + ' ')\n"


def test_a_script_is_run_once_whatever_its_name(pytester):
    log = pytester.path / "log"
    for name in ("plain", "test_time", "time_test"):
        (pytester.path / f"{name}.py").write_text(TELLS.format(log=str(log)) + GOOD, encoding="utf-8")
    pytester.runpytest_inprocess().assert_outcomes(passed=12)
    assert log.read_text(encoding="utf-8").split() == ["derivation"] * 3
    pytester.runpytest_inprocess("plain.py").assert_outcomes(passed=4)
    assert log.read_text(encoding="utf-8").split() == ["derivation"] * 4


def test_other_files_are_not_run(pytester):
    """Helpers, settings and private files that speak of bnsym's Derivation."""
    log = pytester.path / "log"
    helper = "import bnsym\ndef made():\n    return bnsym.Derivation('a')\n"
    texts = {
        "helper.py": helper,
        "_private.py": GOOD,
        "notes.txt": GOOD,
        "setup.py": helper,
        "other.py": "x = 1",
    }
    for name, text in texts.items():
        (pytester.path / name).write_text(TELLS.format(log=str(log)) + text, encoding="utf-8")
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not log.exists()
    pytester.runpytest_inprocess("_private.py").assert_outcomes(passed=4)  # named, so meant


def test_a_conftest_is_no_script(pytester):
    pytester.makeconftest(GOOD)
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_test_module_with_a_derivation_stays_one(pytester):
    pytester.makepyfile(f"{GOOD}\ndef test_bias(prove):\n    prove(Sum(x[i] + b, i) / m, mu + b, scope=d)\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_names_that_repeat_and_names_that_are_odd(pytester):
    text = f"{SETTING}\nd.prove('a', mu, mu)\ne = bs.Derivation('means')\ne.prove('a', b, b)\n"
    text += "e.prove('β [1/2] <x>', b, b)\n"
    (pytester.path / "odd.py").write_text(text, encoding="utf-8")
    done = pytester.runpytest_inprocess("--collect-only", "-q")
    assert done.outlines[:3] == ["odd.py::means::a", "odd.py::means#2::a", "odd.py::means#2::β [1/2] <x>"]
    pytester.runpytest_inprocess("odd.py", "--junitxml=report.xml").assert_outcomes(passed=3)


def test_it_can_be_left_out(project):
    done = run(project.path, "-p", "no:bnsym", "derivations")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout + done.stderr


def test_a_run_without_scripts_loads_neither_sympy_nor_bnsyms_own_modules(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_loaded():
            heavy = {"sympy", "numpy", "mpmath", "rich", "click"} & set(sys.modules)
            ours = {name for name in sys.modules if name.split(".")[0] == "bnsym"}
            assert not heavy
            reading = {"bnsym.proof", "bnsym.proof.recognize"}  # of this very file, which names bnsym
            assert ours <= {"bnsym", "bnsym.errors", "bnsym.version", "bnsym.pytest_plugin"} | reading
        """
    )
    (pytester.path / "other.py").write_text("x = 1", encoding="utf-8")
    done = run(pytester.path, "-W", "error")
    assert done.returncode == 0, done.stdout + done.stderr


# test body, outcome, what the text of the failure holds
FIXTURES = [
    ("assert prove(Sum(x[i] + b, i) / (m * b), Sum(x[i], i) / (m * b) + 1) == ('b != 0',)", "passed", ""),
    ("prove(mu, 2 * mu, scope=d)", "failed", "AssertionError: refuted: mu = 2?mu*fails at m=1, x=(1)*"),
    (
        "prove(Sum(x[i], i), 1)",
        "failed",
        "AssertionError: refuted: sum(x?i?, i=1..m) = 1*fails at m=1, x=(0)*",
    ),
    ("assert prove(Sum(x[i]**2, i), 0, '>=') == ()", "passed", ""),
    (
        "prove(Sum(x[i]**2, i), Sum(x[i], i)**2 / m, relation='>=')",
        "failed",
        "AssertionError: unknown: *exact instances*",
    ),
    ("prove(mu, Sum(x[i], i) / m, scope=d)", "passed", ""),
    ("prove(1, 1)", "passed", ""),
    ("prove(b, 'text')", "failed", "UnsupportedTermError: 'text' is a str*"),
    ("prove(b, b, '~')", "failed", "UsageError: *the relation '~' is not known*"),
    ("prove(b, b, scope='means')", "failed", "UsageError: scope='means': give the Derivation*"),
    (
        "w = refute(mu, 2 * mu, scope=d); assert w.sizes == {'m': 1}; assert str(w).endswith('right = 2')",
        "passed",
        "",
    ),
    ("assert refute(b, 0, '>=').scalars['b'] < 0", "passed", ""),
    ("refute(b, b)", "failed", "AssertionError: proved: b = b*needs: nothing"),
    (
        "refute(Sum(x[i] + b, i) / b, Sum(x[i], i) / b + m)",
        "failed",
        "AssertionError: proved: *needs: b != 0",
    ),
    (
        "refute(Sum(x[i]**2, i), Sum(x[i], i)**2 / m, '>=')",
        "failed",
        "AssertionError: unknown: *exact instances*",
    ),
    ("import pytest\n    with pytest.raises(AssertionError, match='refuted'): prove(b, 2 * b)", "passed", ""),
]


@pytest.mark.parametrize(("body", "outcome", "text"), FIXTURES, ids=[row[0][:40] for row in FIXTURES])
def test_the_fixtures(pytester, body, outcome, text):
    pytester.makepyfile(f"{SETTING}\ndef test_it(prove, refute):\n    {body}\n")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(**{outcome: 1})
    if text:
        failure = " ".join(line[1:].strip() for line in done.outlines if line.startswith("E  "))
        assert fnmatch(failure, f"*{text}*"), failure
        done.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_fixtures_serve_fixtures_of_any_scope(pytester):
    """They hold nothing between calls, so that Hypothesis and a session's own fixtures may use them."""
    pytester.makepyfile(
        f"""{SETTING}
        import pytest

        @pytest.fixture(scope="session")
        def needs(prove):
            return prove(Sum(x[i] / b, i), Sum(x[i], i) / b)

        def test_needs(needs):
            assert needs == ("b != 0",)
        """.replace("\n        ", "\n")
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_fixtures_are_told_of():
    done = run(".", "--fixtures", "-q", "--rootdir=.", "--co")
    assert "prove(left, right, relation" in done.stdout


NORMS = """
import numpy as np

def forward(x, eps=1e-5):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)

def backward(x, dy, eps=1e-5):
    s = np.sqrt(x.var(0) + eps)
    h = (x - x.mean(0)) / s
    return (dy - dy.mean(0) - h * (dy * h).mean(0)) / s

def wrong(x, dy, eps=1e-5):
    return (dy - dy.mean(0)) / np.sqrt(x.var(0) + eps)
"""


def test_a_backward_in_one_line(pytester):
    pytester.makepyfile(norms=NORMS)
    pytester.makepyfile(
        """
        import bnsym
        import norms

        def test_right(verify_backward):
            verify_backward(norms.forward, norms.backward)

        def test_wrong(verify_backward):
            verify_backward(norms.forward, norms.wrong, x=("N", "D"))

        def test_checked():
            bnsym.verify_backward(norms.forward, norms.wrong).check()

        def test_asserted():
            assert bnsym.verify_backward(norms.forward, norms.backward)

        def test_typo(verify_backward):
            verify_backward(norms.forward, norms.backward, z=("N", "D"))
        """
    )
    done = pytester.runpytest()
    done.assert_outcomes(passed=2, failed=3)
    done.stdout.fnmatch_lines(
        [
            "*refuted: the projection term*",
            "*it returns*",
            "*MismatchError: wrong: x: refuted*",
            "*has no argument called 'z'*",
        ]
    )
