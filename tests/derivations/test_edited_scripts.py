"""The derivation scripts themselves, with one thing in their text changed: `bnsym prove` must not pass."""

import pytest
from click.testing import CliRunner
from derivation_scripts import FOLDER, SCRIPTS, derivations

from bnsym.cli import main
from bnsym.proof.outcome import Verdict

# ruff: noqa: E501 - a row is a slip
# script, text as it stands, text after a slip, the step or theorem that must be named, its verdict or why
SLIPS = [
    ("bias_cancellation", "W_mean + b[j], by=bs.unfold(a_bar)", "W_mean - b[j], by=bs.unfold(a_bar)", "step 1.4", "fails at"),
    ("bias_cancellation", "by=bs.exchange(z, a_bar)", "by=bs.linearity(z, a_bar)", "step 1.3", "it takes exchange"),
    ("bias_cancellation", "Add(Wa, b[j], -W_mean, -b[j]", "Add(Wa, b[j], -W_mean, b[j]", "step 1.10", "fails at"),
    ("bias_cancellation", '.step("1.11", Wa - W_mean', '.step("1.11", Wa + W_mean', "step 1.11", "fails at"),
    ("bias_cancellation", "a[i, k] - Sum(a[r, k], r) / m", "a[i, k] - Sum(a[r, k], r)", "step 1.12", "fails at"),
    ("bias_cancellation", "a[i, k] - Sum(a[r, k], r)", "a[i, k] - Sum(a[i, k], r)", "step 1.12", "fails at"),
    ("bias_cancellation", "gamma[j] * z_norm[i, j] + beta[j]", "gamma[j] * z_norm[i, j] + b[j]", "bias_gradient_is_zero", "refuted"),
    ("identity_recovery", 'gamma", j, sqrt(var[j] + eps)', 'gamma", j, sqrt(var[j])', "step gamma and beta", "fails at"),
    ("four_steps", "Sum((Z[i, j] - mu[j]) ** 2, i) / m", "Sum((Z[i, j] - mu[j]) ** 2, i) / (m + 1)", "normalized_square_sum", "fails at"),
    ("scale_and_shift", "2 * c * share", "c * share", "step differentiate", "fails at"),
    ("scale_and_shift", "variance_at(c + delta), variance_at(c)", "variance_at(c), variance_at(c)", "bigger_gamma_smaller", "is proved, expected refuted"),
    ("at_test_time", "mean_var + between,", "mean_var - between,", "gap_is_variance_of_means", "refuted"),
    ("moving_average", "q**T * v0 + (1", "q**T * v0 + (2", "closed_form", "refuted"),
    ("moving_average", "q ** (T - t) * a[t]", "q ** (T - t + 1) * a[t]", "closed_form", "refuted"),
    ("input_normalization", "by=bs.substitution(one, zero, nothing)", "by=bs.substitution(one, zero)", "step 1, 0 and 0", "it takes"),
    ("backward", "Rational(-3, 2)", "Rational(-1, 2)", "d_var", "refuted"),
    ("backward", "+ d_mu / m, eq", "- d_mu / m, eq", "d_x", "refuted"),
    ("gradient_facts", "gamma * eps / s**3 * g_xhat", "gamma * eps / s**2 * g_xhat", "step 1 - var/s^2", "fails at"),
    ("inference_gradients", "by=bs.unfold(scale, shift, inv_std)", "by=bs.unfold(scale, shift)", "step scale and shift", "it takes"),
    ("layer_norm", "h_sum - xhat[n, c] * h_xhat", "h_sum + xhat[n, c] * h_xhat", "input_gradient", "refuted"),
    ("batch_norm", "- 1 - xhat[n, c] * xhat[p, c]", "- 1 - xhat[n, c] * xhat[n, c]", "jacobian", "refuted"),
    ("moments", "M / (M - 1) * biased", "(M - 1) / M * biased", "step m/(m - 1) times", "fails at"),
    ("scale_invariance", 'normalized("scaled", a * x[i], 0)', 'normalized("scaled", a * x[i], eps)', "scale_goes_without_epsilon", "refuted"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "old", "new", "name", "why"),
    SLIPS,
    ids=[f"{row[0]}-{row[3]}-{k}" for k, row in enumerate(SLIPS)],
)
def test_a_slip_in_a_script_is_told_where_it_is(tmp_path, script, old, new, name, why):
    text = (FOLDER / f"{script}.py").read_text(encoding="utf-8")
    assert old in text
    edited = tmp_path / f"{script}.py"
    edited.write_text(text.replace(old, new), encoding="utf-8")
    done = CliRunner().invoke(main, ["prove", str(edited)])
    assert done.exit_code == 1, done.output
    told = done.stdout[done.stdout.index("✗ ", done.stdout.index("\n✗ ")) :]
    assert f"{script}.py:" in told
    assert f" {name}" in told
    assert why in told


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_wrong_expectation_fails_the_suite(tmp_path, script):
    """Each refutation stated as a theorem, and a theorem stated as a refutation."""
    text = (FOLDER / f"{script}.py").read_text(encoding="utf-8")
    refutations = sum(t.expected is Verdict.REFUTED for d in derivations(script) for t in d.theorems)
    old, new = ("d.refute(", "d.prove(") if refutations else ("d.prove(", "d.refute(")
    edited = tmp_path / f"{script}.py"
    edited.write_text(text.replace(old, new), encoding="utf-8")
    done = CliRunner().invoke(main, ["prove", str(edited)])
    if old in text:
        assert done.exit_code == 1
        assert done.stdout.count(" is refuted, expected proved") == refutations
