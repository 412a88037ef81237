"""`bnsym prove --certificates`: one file a theorem, the same bytes each time, nothing stale in silence."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from small_script import OTHER, PROVED, SCRIPT, bnsym, write_script

from bnsym.proof import archive
from bnsym.proof.replay import LIST, listed
from bnsym.proof.trusted.checker import check_text


def stems(folder):
    return {path.stem for path in folder.glob("*.json")}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    done = bnsym("prove", "--certificates", folder / "out", write_script(folder))
    assert done.exit_code == 0, done.output
    return folder / "out", done


def test_each_theorem_that_is_proved_has_a_file_and_none_else(written):
    folder, _ = written
    assert stems(folder) == PROVED
    assert {path.name for path in folder.iterdir()} == {f"{stem}.json" for stem in PROVED} | {LIST}


def test_the_summary_counts_files_and_bytes(written):
    folder, done = written
    size = sum(path.stat().st_size for path in folder.glob("*.json"))
    assert f"; 4 certificates of {size:,} bytes in {folder}; " in done.stdout


def test_a_certificate_says_what_the_derivation_says(written):
    folder, _ = written
    found = json.loads((folder / "small.in_one_pass.json").read_bytes())
    assert found["theorem"] == "small.in one pass"
    left, relation, right = found["statement"]
    assert (left, relation) == ("var", "=")
    assert "m**(-1)*sum(x[r]**2 for r in span(1, m))" in right  # whole, nothing shared
    assert [(row["relation"], row["reason"], row["eq"]) for row in found["proof"]] == [
        ("=", "linearity, unfolding mu, var", "1")
    ]
    assert [row["name"] for row in found["definitions"]] == ["mu", "var"]
    assert json.loads((folder / "small.the_mean_is_0.json").read_bytes())["source"] == "3"


def test_the_checker_accepts_them_all(written):
    for path in written[0].glob("*.json"):
        assert check_text(path.read_bytes()).steps >= 1


def test_the_list_is_what_sha256sum_writes(written):
    folder, _ = written
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    assert listed(folder) == sums
    assert (folder / LIST).read_text() == "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def test_json_names_each_file(tmp_path):
    done = bnsym("prove", "--json", "--certificates", tmp_path / "out", write_script(tmp_path))
    document = json.loads(done.stdout)
    files = [item["certificate"] for item in document["items"]]
    assert files == [
        "small.the_mean_is_0.json",
        "",
        *(f"small.{n}.json" for n in ("gradient", "in_one_pass", "counting")),
    ]
    assert {item["uncertified"] for item in document["items"]} == {""}
    assert "4 certificates of " in document["summary"]


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_same_bytes_under_every_hash_seed(written, tmp_path, seed):
    command = [
        sys.executable,
        "-m",
        "bnsym",
        "prove",
        "--certificates",
        tmp_path / "out",
        write_script(tmp_path),
    ]
    subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
    for path in written[0].iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_a_theorem_that_is_gone_takes_its_file_with_it(tmp_path):
    folder = tmp_path / "out"
    bnsym("prove", "--certificates", folder, write_script(tmp_path))
    (folder / "notes.json").write_text("mine")
    renamed = write_script(tmp_path, SCRIPT.replace("counting", "count"))
    done = bnsym("prove", "--certificates", folder, renamed)
    assert stems(folder) == PROVED - {"small.counting"} | {"small.count", "notes"}
    assert "1 stale removed" in done.stdout
    assert set(listed(folder)) == {f"{stem}.json" for stem in stems(folder) - {"notes"}}


def test_a_stale_file_that_someone_changed_is_left_and_told(tmp_path):
    folder = tmp_path / "out"
    bnsym("prove", "--certificates", folder, write_script(tmp_path))
    (folder / "small.counting.json").write_text("changed")
    done = bnsym(
        "prove", "--certificates", folder, write_script(tmp_path, SCRIPT.replace("counting", "count"))
    )
    assert (folder / "small.counting.json").read_text() == "changed"
    assert f"{folder / 'small.counting.json'} is stale: its theorem is gone" in done.stdout
    assert "small.counting.json" not in listed(folder)


def test_other_derivations_keep_theirs(tmp_path):
    folder = tmp_path / "out"
    bnsym("prove", "--certificates", folder, write_script(tmp_path))
    done = bnsym("prove", "--certificates", folder, write_script(tmp_path, OTHER, "other.py"))
    assert stems(folder) == PROVED | {stem.replace("small", "other") for stem in PROVED}
    assert len(listed(folder)) == 8
    assert ", 4 of other derivations; " in done.stdout


def test_a_claim_that_is_no_longer_proved_loses_its_certificate(tmp_path):
    folder = tmp_path / "out"
    bnsym("prove", "--certificates", folder, write_script(tmp_path))
    wrong = SCRIPT.replace("2 * g[r] * x[r]", "3 * g[r] * x[r]")
    done = bnsym("prove", "--certificates", folder, write_script(tmp_path, wrong))
    assert done.exit_code == 1
    assert stems(folder) == PROVED - {"small.gradient"}


def test_a_theorem_without_a_certificate_is_an_error_and_the_others_are_written(tmp_path, monkeypatch):
    honest = archive.write_certificate

    def write(title, theorem, earlier):
        if theorem.name == "gradient":
            raise RecursionError("too deep")
        return honest(title, theorem, earlier)

    monkeypatch.setattr(archive, "write_certificate", write)
    done = bnsym("prove", "--certificates", tmp_path / "out", write_script(tmp_path))
    assert done.exit_code == 1
    assert "small: gradient is proved, but has no certificate" in done.stdout
    assert "RecursionError: too deep" in done.stdout
    row = next(line for line in done.stdout.splitlines() if "✗ gradient" in line)
    assert row.endswith("no certificate; see below")
    assert stems(tmp_path / "out") == PROVED - {"small.gradient"}
    told = bnsym("prove", "--format", "github", "--certificates", tmp_path / "out", tmp_path / "small.py")
    assert "title=small%3A gradient is proved%2C but has no certificate::" in told.stdout


def test_two_theorems_for_one_file_are_refused_before_anything_is_written(tmp_path):
    clash = write_script(tmp_path, SCRIPT.replace('"gradient"', '"The mean_is 0"'))
    done = bnsym("prove", "--certificates", tmp_path / "out", clash)
    assert done.exit_code == 2
    assert "another theorem's certificate is small.The_mean_is_0.json too" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_clear_message(tmp_path):
    (tmp_path / "out").write_text("mine")
    done = bnsym("prove", "--certificates", tmp_path / "out", write_script(tmp_path))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: prove --certificates: cannot write into {tmp_path / 'out'}: ")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        archive.write_whole(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


# derivation, theorem, file
NAMES = [
    ("backward", "d_x", "backward.d_x.json"),
    ("a b", "c/../d", "a_b.c____d.json"),
    (".hidden", "σ²", "_hidden.__.json"),
    ("n", "t" * 500, f"n.{'t' * 118}.json"),
]


@pytest.mark.parametrize(("derivation", "theorem", "file"), NAMES)
def test_names_of_files_are_harmless(derivation, theorem, file):
    assert archive.file_name(derivation, theorem) == file
