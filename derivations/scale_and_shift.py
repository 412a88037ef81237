"""What gamma and beta do to the mean and the variance of the output, and their gradients.

Source: "Batch Normalization" (a note), section "Why use gamma, beta?".  The note's "if gamma gets bigger,
variance gets smaller" is false; the variance grows with |gamma|.  For every m, n, Z and epsilon > 0.
"""

from sympy import Sum, sqrt

import bnsym as bs

d = bs.Derivation("scale_and_shift", "Batch Normalization note")

m, n = bs.sizes("m n")
i, r, j, q = bs.index("i", m), bs.index("r", m), bs.index("j", n), bs.index("q", n)
Z, g = bs.tensor("Z", m, n), bs.tensor("g", m, n)
gamma, beta = bs.tensor("gamma", n), bs.tensor("beta", n)
eps, delta = bs.scalar("epsilon", positive=True), bs.scalar("delta", positive=True)
c = bs.scalar("scale", nonnegative=True)  # a gamma that is not negative

mu = d.define("mu", j, Sum(Z[i, j], i) / m, eq="step 1")
var = d.define("var", j, Sum((Z[i, j] - mu[j]) ** 2, i) / m, eq="step 2")
Z_norm = d.define("Z_norm", i, j, (Z[i, j] - mu[j]) / sqrt(var[j] + eps), eq="step 3")
Z_tilde = d.define("Z_tilde", i, j, Z_norm[i, j] * gamma[j] + beta[j], eq="step 4")
mean_out = d.define("mean_out", j, Sum(Z_tilde[i, j], i) / m)
share = var[j] / (var[j] + eps)


def mean_at(scale, shift):
    """The mean of feature j for this gamma and beta."""
    return Sum(scale * Z_norm[r, j] + shift, r) / m


def variance_at(scale, shift=beta[j]):
    """The variance of feature j about its own mean, for this gamma and beta."""
    return Sum((scale * Z_norm[i, j] + shift - mean_at(scale, shift)) ** 2, i) / m


d.prove("normalized_sum", Sum(Z_norm[i, j], i), 0, eq="step 3")
d.prove("normalized_square_sum", Sum(Z_norm[i, j] ** 2, i), m * share, eq="step 3")

# "beta controls mean ... If beta gets bigger, mean also gets bigger."
(
    d.chain("output_mean_is_beta", mean_out[j])
    .step("step 4", gamma[j] * Sum(Z_norm[i, j], i) / m + beta[j], by=bs.linearity(mean_out, Z_tilde))
    .step("the sum is 0", beta[j], by=bs.theorem("normalized_sum"))
)
d.prove("output_mean_slope_in_beta", bs.derivative(mean_out[j], beta[j]), 1)
(
    d.chain("bigger_beta_bigger_mean", mean_at(gamma[j], beta[j] + delta) - mean_at(gamma[j], beta[j]))
    .step("only beta differs", delta, by=bs.linearity)
    .step("delta > 0", 0, by=bs.signs, relation=">")
)

# "gamma controls variance ... If gamma gets bigger, variance gets smaller."  The second sentence is false.
(
    d.chain("output_variance", Sum((Z_tilde[i, j] - mean_out[j]) ** 2, i) / m)
    .step("its mean", Sum((Z_tilde[i, j] - beta[j]) ** 2, i) / m, by=bs.theorem("output_mean_is_beta"))
    .step("beta cancels", gamma[j] ** 2 * Sum(Z_norm[i, j] ** 2, i) / m, by=bs.linearity(Z_tilde))
    .step("the sum of squares", gamma[j] ** 2 * share, by=bs.theorem("normalized_square_sum"))
)
d.refute("bigger_gamma_smaller_variance", variance_at(c + delta), variance_at(c), relation="<=")
(
    d.chain("output_variance_slope_in_gamma", bs.derivative(variance_at(c), c))
    .step("differentiate", 2 * c * share, by=bs.differentiation)
    .step("gamma >= 0", 0, by=bs.signs, relation=">=")
)
(
    d.chain("bigger_gamma_bigger_variance", variance_at(c + delta) - variance_at(c))
    .step("both variances", (c + delta) ** 2 * share - c**2 * share, by=bs.linearity(Z_norm, var, mu))
    .step("what gamma adds", delta * (2 * c + delta) * share, by=bs.algebra)
    .step("gamma >= 0", 0, by=bs.signs, relation=">=")
)
d.prove("variance_ignores_sign_of_gamma", variance_at(-c), variance_at(c))

# "We can use back-prop to optimize gamma and beta": g is any gradient from above.
loss = Sum(g[i, j] * Z_tilde[i, j], i, j)
d.prove("gamma_gradient", bs.derivative(loss, gamma[q]), Sum(g[i, q] * Z_norm[i, q], i), eq="step 4")
d.prove("beta_gradient", bs.derivative(loss, beta[q]), Sum(g[i, q], i), eq="step 4")
d.refute("gamma_gradient_without_normalizing", bs.derivative(loss, gamma[q]), Sum(g[i, q] * Z[i, q], i))

if __name__ == "__main__":
    bs.main()
