"""Certificates of a person's code: written for what is proved for every size, valid for the small checker."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from corpus.entry import IMPLEMENTATIONS
from corpus.table import TABLE
from corpus.verifying import by_guessing

from bnsym.cli import main
from bnsym.proof.trusted.checker import Refused, check_text
from bnsym.verify.code.certifying import certify
from bnsym.verify.code.result import Verification


def verify(tmp_path, *targets):
    arguments = ["verify", *targets, "--certificates", str(tmp_path / "made"), "--json"]
    done = CliRunner().invoke(main, arguments)
    return json.loads(done.stdout), done.exit_code


@pytest.fixture
def staged():
    return [f"{IMPLEMENTATIONS / 'staged.py'}:{name}" for name in ("forward", "backward")]


def test_each_gradient_that_is_proved_has_a_valid_certificate(tmp_path, staged):
    shown, code = verify(tmp_path, *staged)
    names = [item["certificate"] for item in shown["items"]]
    assert code == 0
    assert names == [f"staged_py_backward.{of}.json" for of in ("x", "gamma", "beta")]
    for name in names:
        assert check_text((tmp_path / "made" / name).read_bytes()).theorem == name.removesuffix(".json")
    assert CliRunner().invoke(main, ["check", str(tmp_path / "made")]).exit_code == 0


def test_a_refuted_gradient_has_none_and_its_old_one_goes(tmp_path, staged):
    verify(tmp_path, *staged)
    wrong = tmp_path / "staged.py"
    text = (IMPLEMENTATIONS / "staged.py").read_text(encoding="utf-8")
    wrong.write_text(text.replace("dbeta = np.sum(dout, axis=0)", "dbeta = np.mean(dout, axis=0)", 1))
    shown, code = verify(tmp_path, f"{wrong}:forward", f"{wrong}:backward")
    assert code == 1
    assert [bool(item["certificate"]) for item in shown["items"]] == [True, True, False]
    assert not (tmp_path / "made" / "staged_py_backward.beta.json").exists()


def test_a_certificate_of_other_code_is_refused(tmp_path, staged):
    verify(tmp_path, *staged)
    text = (tmp_path / "made" / "staged_py_backward.beta.json").read_text(encoding="utf-8")
    with pytest.raises(Refused):
        check_text(text.replace("dout[n, d_]", "2*dout[n, d_]", 1).encode())


def test_a_bounded_verdict_has_none(tmp_path):
    entry = next(row for row in TABLE if row.name == "loops:sample_backward")
    found, size = certify(by_guessing(entry), tmp_path, lambda name: None)
    assert isinstance(found, Verification)
    assert [verdict.word for verdict in found] == ["bounded"] * 3
    assert size == 0


STYLES = ("course:batchnorm_backward", "compact:ln_einsum_grad", "course:spatial_groupnorm_backward")


@pytest.mark.parametrize("name", STYLES)
def test_certificates_of_other_styles(tmp_path, name):
    entry = next(row for row in TABLE if row.name == name)
    found, _ = certify(by_guessing(entry), tmp_path, lambda name: None)
    assert all(verdict.certificate for verdict in found)
    for verdict in found:
        check_text((tmp_path / verdict.certificate).read_bytes())
