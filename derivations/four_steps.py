"""The four steps of batch normalization, and what they make of each feature.

Source: "Batch Normalization" (a note), steps 1 to 4; Z has m rows (examples) and n columns (features).
Everything holds for every m, n, Z, gamma, beta and every epsilon > 0.
"""

from sympy import Sum, sqrt

import bnsym as bs

d = bs.Derivation("four_steps", "Batch Normalization note")

m, n = bs.sizes("m n")
i, j = bs.index("i", m), bs.index("j", n)
Z, b = bs.tensor("Z", m, n), bs.tensor("b", n)
gamma, beta = bs.tensor("gamma", n), bs.tensor("beta", n)
eps = bs.scalar("epsilon", positive=True)


def steps(Z, ending=""):
    """Steps 1 to 4 for the linear output Z."""
    mu = d.define(f"mu{ending}", j, Sum(Z[i, j], i) / m, eq="step 1")
    var = d.define(f"var{ending}", j, Sum((Z[i, j] - mu[j]) ** 2, i) / m, eq="step 2")
    Z_norm = d.define(f"Z_norm{ending}", i, j, (Z[i, j] - mu[j]) / sqrt(var[j] + eps), eq="step 3")
    Z_tilde = d.define(f"Z_tilde{ending}", i, j, Z_norm[i, j] * gamma[j] + beta[j], eq="step 4")
    return mu, var, Z_norm, Z_tilde


mu, var, Z_norm, Z_tilde = steps(Z)
squares = Sum((Z[i, j] - mu[j]) ** 2, i)

(
    d.chain("centred_sum_is_zero", Sum(Z[i, j] - mu[j], i), eq="step 1")
    .step("a sum of differences", Sum(Z[i, j], i) - m * mu[j], by=bs.linearity)
    .step("the mean", 0, by=bs.unfold(mu))
)
d.prove("variance_is_not_negative", var[j], 0, relation=">=", eq="step 2")
d.prove("variance_in_one_pass", var[j], Sum(Z[i, j] ** 2, i) / m - mu[j] ** 2, eq="step 2")
(
    d.chain("normalized_mean_is_zero", Sum(Z_norm[i, j], i) / m, eq="step 3")
    .step("the same root for all i", Sum(Z[i, j] - mu[j], i) / (m * sqrt(var[j] + eps)), bs.linearity(Z_norm))
    .step("the sum is 0", 0, by=bs.theorem("centred_sum_is_zero"))
)
(
    d.chain("normalized_square_sum", Sum(Z_norm[i, j] ** 2, i), eq="step 3")
    .step("the same root for all i", squares / (var[j] + eps), by=bs.linearity(Z_norm))
    .step("the variance", m * var[j] / (var[j] + eps), by=bs.unfold(var))
)
(
    d.chain("normalized_mean_square_is_below_one", 1 - Sum(Z_norm[i, j] ** 2, i) / m, eq="step 3")
    .step("the sum's value", 1 - var[j] / (var[j] + eps), by=bs.theorem("normalized_square_sum"))
    .step("what epsilon takes", eps / (var[j] + eps), by=bs.algebra)
    .step("epsilon > 0", 0, by=bs.signs, relation=">")
)
d.refute("normalized_variance_is_one", Sum(Z_norm[i, j] ** 2, i) / m, 1, eq="step 3")

# "We do not need parameter b": the same value added to each element of a feature vector.
shifted = d.define("Z_plus_b", i, j, Z[i, j] + b[j])
mu_b, var_b, norm_b, tilde_b = steps(shifted, "_b")
d.prove("mean_moves_by_b", mu_b[j], mu[j] + b[j], eq="step 1")
d.prove("output_ignores_b", tilde_b[i, j], Z_tilde[i, j], eq="step 4")

if __name__ == "__main__":
    bs.main()
