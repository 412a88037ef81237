"""The project's derivations: every verdict as expected, sources named, each script runnable alone."""

import ast
import json
import os
import subprocess
import sys

import pytest
from derivation_scripts import FOLDER, SCRIPTS, derivations

SLOWEST = 1.0  # seconds a theorem; twenty times what is aimed at, so that a busy machine does not fail it


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_verdict_is_as_expected(script):
    outcomes = [outcome for derivation in derivations(script) for outcome in derivation.check()]
    assert [str(o) for o in outcomes if not o.as_expected] == []
    assert max(o.seconds for o in outcomes) < SLOWEST
    for outcome in outcomes:
        assert outcome.source
        assert outcome.file.endswith(f"derivations/{script}.py")
        assert bool(outcome.witness) == (outcome.verdict == "refuted")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_its_source_and_ends_in_main(script):
    tree = ast.parse((FOLDER / f"{script}.py").read_text(encoding="utf-8"))
    assert "Source" in ast.get_docstring(tree)
    assert ast.unparse(tree.body[-1]) == "if __name__ == '__main__':\n    bs.main()"
    assert [derivation.name for derivation in derivations(script)] == [script]


def test_the_suite_is_large_and_holds_refutations():
    theorems = [t for script in SCRIPTS for d in derivations(script) for t in d.theorems]
    expected = [str(theorem.expected) for theorem in theorems]
    assert expected.count("proved") >= 100
    assert expected.count("refuted") >= 25
    assert set(expected) == {"proved", "refuted"}


# what each source claims, and the theorem that decides it: script, theorem, verdict
REQUIRED = [
    ("bias_cancellation", "mean_holds_bias", "proved"),
    ("bias_cancellation", "bias_cancels", "proved"),
    ("bias_cancellation", "z_norm_ignores_bias", "proved"),
    ("bias_cancellation", "z_tilde_ignores_bias", "proved"),
    ("bias_cancellation", "bias_gradient_is_zero", "proved"),
    ("identity_recovery", "output_is_input", "proved"),
    ("scale_and_shift", "output_mean_is_beta", "proved"),
    ("scale_and_shift", "output_variance", "proved"),
    ("scale_and_shift", "output_mean_slope_in_beta", "proved"),
    ("scale_and_shift", "bigger_beta_bigger_mean", "proved"),
    ("scale_and_shift", "bigger_gamma_smaller_variance", "refuted"),
    ("scale_and_shift", "output_variance_slope_in_gamma", "proved"),
    ("scale_and_shift", "bigger_gamma_bigger_variance", "proved"),
    ("scale_and_shift", "gamma_gradient", "proved"),
    ("scale_and_shift", "beta_gradient", "proved"),
    ("at_test_time", "average_of_means_is_training_mean", "proved"),
    ("at_test_time", "average_of_means_for_unequal_sizes", "refuted"),
    ("at_test_time", "weighted_average_of_means", "proved"),
    ("at_test_time", "average_of_variances_is_training_variance", "refuted"),
    ("at_test_time", "gap_is_variance_of_means", "proved"),
    ("moving_average", "closed_form", "proved"),
    ("moving_average", "weights_of_the_batches", "proved"),
    ("input_normalization", "global_mean_is_channel_mean", "proved"),
    ("input_normalization", "average_of_stds_is_global_std", "refuted"),
    ("input_normalization", "average_of_variances_is_global_variance", "refuted"),
    ("input_normalization", "between_images_closes_the_gap", "proved"),
    ("input_normalization", "variances_about_the_global_mean", "proved"),
    ("input_normalization", "batch_norm_becomes_input_norm", "proved"),
    ("input_normalization", "no_division_by_zero", "proved"),
    ("input_normalization", "constant_channel_gives_beta", "proved"),
    ("input_normalization", "cumulative_average", "proved"),
    ("input_normalization", "running_average", "proved"),
    *(("backward", name, "proved") for name in ("d_xhat", "d_var", "d_mu", "d_x", "d_gamma", "d_beta")),
    ("backward", "input_gradient", "proved"),
    ("gradient_facts", "gradient_sums_to_zero", "proved"),
    ("gradient_facts", "gradient_along_xhat", "proved"),
    ("gradient_facts", "projection_dropped", "refuted"),
    ("gradient_facts", "statistics_as_constants", "refuted"),
    *(("inference_gradients", f"{name}_gradient", "proved") for name in ("input", "gamma", "beta")),
    *(("layer_norm", f"{name}_gradient", "proved") for name in ("input", "gamma", "beta")),
]


@pytest.mark.parametrize(("script", "name", "verdict"), REQUIRED, ids=[f"{s}-{n}" for s, n, _ in REQUIRED])
def test_what_the_sources_claim_is_in_the_suite(script, name, verdict):
    [theorem] = [t for d in derivations(script) for t in d.theorems if t.name == name]
    assert theorem.expected == verdict


def test_the_answers_depend_on_no_hash_seed_and_no_assert():
    """Two processes, one with -O: the same verdicts, needs and witnesses."""
    documents = []
    for seed, options in (("1", []), ("2", ["-O"])):
        done = subprocess.run(
            [sys.executable, *options, "-m", "bnsym", "prove", str(FOLDER), "--json"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        items = json.loads(done.stdout)["items"]
        documents.append([{**item, "seconds": None} for item in items])
    assert documents[0] == documents[1]


@pytest.mark.parametrize("script", ["bias_cancellation", "layer_norm"])
def test_a_script_runs_alone(script, tmp_path):
    done = subprocess.run(
        [sys.executable, FOLDER / f"{script}.py"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = [theorem.name for derivation in derivations(script) for theorem in derivation.theorems]
    assert all(f" {name} " in done.stdout for name in names)
    assert "0 unknown; " in done.stdout.splitlines()[-1]
