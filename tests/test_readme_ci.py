"""The CI file that the README shows for a user's repository: it is YAML, and its commands do what it says."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from readme_blocks import blocks


def block(argument):
    return next(each.text for each in blocks() if each.argument == argument)


@pytest.fixture(scope="module")
def workflow():
    return yaml.safe_load(block("derivations.yml"))


@pytest.fixture
def repository(tmp_path):
    """A user's repository, whose derivation is the README's first."""
    (tmp_path / "derivations").mkdir()
    (tmp_path / "derivations" / "first.py").write_text(block("first.py"), encoding="utf-8")
    return tmp_path


def steps(workflow):
    return workflow["jobs"]["prove"]["steps"]


def step(workflow, begins):
    [found] = [each["run"] for each in steps(workflow) if each.get("run", "").startswith(begins)]
    return found


def run(command, folder):
    """A command of the workflow, by this Python's modules."""
    return subprocess.run(
        [sys.executable, "-m", *command.replace("-n auto", "-n 1").split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_a_workflow(workflow):
    assert set(workflow) == {
        "name",
        True,
        "permissions",
        "env",
        "jobs",
    }  # YAML 1.1 reads the key `on` as true
    assert workflow[True] == ["push", "pull_request"]
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["prove"]
    assert job["timeout-minutes"] <= 30
    assert all(("uses" in each) != ("run" in each) for each in steps(workflow))
    kinds = [each.get("uses", "run").split("@")[0] for each in steps(workflow)]
    assert kinds == [
        "actions/checkout",
        "actions/setup-python",
        "run",
        "run",
        "run",
        "actions/upload-artifact",
    ]


def test_it_installs_what_it_runs(workflow):
    install = step(workflow, "python -m pip install").split()
    assert install[4:] == ['"$BNSYM"', "pytest", "pytest-xdist"]
    assert set(workflow["env"]) == {"BNSYM"}


def test_bnsym_prove_passes_and_annotates_nothing(workflow, repository):
    done = run(step(workflow, "bnsym prove"), repository)
    assert done.returncode == 0, done.stderr
    assert "::" not in done.stdout
    assert "2 proved, 1 refuted as expected, 0 unknown" in done.stdout


def test_a_wrong_step_is_annotated_at_its_line(workflow, repository):
    wrong = repository / "derivations" / "wrong.py"
    wrong.write_text(block("wrong.py"), encoding="utf-8")
    done = run(step(workflow, "bnsym prove"), repository)
    assert done.returncode == 1
    [told] = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    file = Path("derivations", "wrong.py").as_posix()
    assert told.startswith(f"::error file={file},line=13,title=wrong%3A squares does not follow::")


def test_pytest_passes_and_writes_the_report_that_is_kept(workflow, repository):
    done = run(step(workflow, "pytest"), repository)
    assert done.returncode == 0, done.stdout + done.stderr
    report = repository / steps(workflow)[-1]["with"]["path"]
    names = [case.get("name") for case in ElementTree.parse(report).iter("testcase")]
    assert names == ["the mean is 0", "the variance is 1", "the variance"]
