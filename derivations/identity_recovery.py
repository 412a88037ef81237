"""gamma = sqrt(sigma^2 + epsilon) and beta = mu make batch normalization the identity.

Source: "Batch Normalization" (a note), section "Why use gamma, beta?"; for every m, n, Z, epsilon > 0.
"""

from sympy import Add, Mul, Pow, Sum, sqrt

import bnsym as bs

d = bs.Derivation("identity_recovery", "Batch Normalization note")

m, n = bs.sizes("m n")
i, j = bs.index("i", m), bs.index("j", n)
Z = bs.tensor("Z", m, n)
eps = bs.scalar("epsilon", positive=True)

mu = d.define("mu", j, Sum(Z[i, j], i) / m, eq="step 1")
var = d.define("var", j, Sum((Z[i, j] - mu[j]) ** 2, i) / m, eq="step 2")
Z_norm = d.define("Z_norm", i, j, (Z[i, j] - mu[j]) / sqrt(var[j] + eps), eq="step 3")
gamma = d.define("gamma", j, sqrt(var[j] + eps), eq="the choice of gamma")
beta = d.define("beta", j, mu[j], eq="the choice of beta")
Z_tilde = d.define("Z_tilde", i, j, Z_norm[i, j] * gamma[j] + beta[j], eq="step 4")

root = sqrt(var[j] + eps)
# evaluate=False keeps the lines that SymPy would shorten unasked.
normed = Mul(Z[i, j] - mu[j], Pow(root, -1), evaluate=False)
(
    d.chain("output_is_input", Z_tilde[i, j], eq="Z~ equals Z")
    .step("step 4", Z_norm[i, j] * gamma[j] + beta[j], by=bs.unfold(Z_tilde))
    .step("gamma and beta", Z_norm[i, j] * root + mu[j], by=bs.substitution(gamma, beta))
    .step("step 3", Add(Mul(normed, root, evaluate=False), mu[j], evaluate=False), by=bs.unfold(Z_norm))
    .step("the root cancels", Add(Z[i, j] - mu[j], mu[j], evaluate=False), by=bs.algebra)
    .step("the mean cancels", Z[i, j], by=bs.algebra)
)

# Without epsilon under the root of gamma, the output is closer to its mean than the input.
d.refute("gamma_sigma_recovers_input", Z_norm[i, j] * sqrt(var[j]) + mu[j], Z[i, j])
(
    d.chain("gamma_sigma_shrinks_variance", Sum((Z_norm[i, j] * sqrt(var[j])) ** 2, i) / m)
    .step("one root", var[j] * Sum((Z[i, j] - mu[j]) ** 2, i) / m / root**2, by=bs.linearity(Z_norm))
    .step("the variance", var[j] * var[j] / (var[j] + eps), by=bs.unfold(var))
)

if __name__ == "__main__":
    bs.main()
