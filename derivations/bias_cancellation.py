"""The bias of a linear layer cancels in batch normalization.

Source: Arjun Majumdar, "Batch Normalization equations" (January 11, 2021), section 1, (1.1) to (1.12).
z = W a + b: example i of m, unit j of n, unit k of the p units before.  Everything holds for every m, n,
p, W, a, b, gamma, beta and every epsilon > 0.
"""

from sympy import Add, Mul, Sum, sqrt

import bnsym as bs

d = bs.Derivation("bias_cancellation", "Majumdar 2021")

m, n, p = bs.sizes("m n p")
i, r, j, q, k = bs.index("i", m), bs.index("r", m), bs.index("j", n), bs.index("q", n), bs.index("k", p)
W, a, b = bs.tensor("W", n, p), bs.tensor("a", m, p), bs.tensor("b", n)
gamma, beta, g = bs.tensor("gamma", n), bs.tensor("beta", n), bs.tensor("g", m, n)
eps = bs.scalar("epsilon", positive=True)


def batch_norm(z, ending=""):
    """Definitions (1.2) and (1.5) to (1.7) for the network input z."""
    mu = d.define(f"mu{ending}", j, Sum(z[i, j], i) / m, eq="1.2")
    var = d.define(f"var{ending}", j, Sum((z[i, j] - mu[j]) ** 2, i) / m, eq="1.5")
    z_norm = d.define(f"z_norm{ending}", i, j, (z[i, j] - mu[j]) / sqrt(var[j] + eps), eq="1.6")
    z_tilde = d.define(f"z_tilde{ending}", i, j, gamma[j] * z_norm[i, j] + beta[j], eq="1.7")
    return mu, var, z_norm, z_tilde


Wa = Sum(W[j, k] * a[i, k], k)
z = d.define("z", i, j, Wa + b[j], eq="1.1")
mu, var, z_norm, z_tilde = batch_norm(z)
a_bar = d.define("a_bar", k, Sum(a[r, k], r) / m)
W_mean = Sum(W[j, k] * Sum(a[r, k], r) / m, k)

(
    d.chain("mean_holds_bias", mu[j], eq="1.2")
    .step("1.2", Sum(z[i, j], i) / m, by=bs.unfold(mu))
    .step("1.3", Sum(W[j, k] * a_bar[k], k) + b[j], by=bs.exchange(z, a_bar))
    .step("1.4", W_mean + b[j], by=bs.unfold(a_bar))
)

# SymPy cancels b - b unasked; evaluate=False keeps a line as the document has it.
centred = Sum(W[j, k] * (a[i, k] - Sum(a[r, k], r) / m), k)
minus = Mul(-1, Add(W_mean, b[j]), evaluate=False)
(
    d.chain("bias_cancels", z[i, j] - mu[j], eq="1.8")
    .step("1.8", Add(Wa + b[j], -mu[j], evaluate=False), by=bs.unfold(z))
    .step("1.9", Add(Wa + b[j], minus, evaluate=False), by=bs.theorem("mean_holds_bias"))
    .step("1.10", Add(Wa, b[j], -W_mean, -b[j], evaluate=False), by=bs.algebra)
    .step("1.11", Wa - W_mean, by=bs.algebra)
    .step("1.12", centred, by=bs.linearity)
)
(
    d.chain("normalization_without_bias", z_norm[i, j], eq="1.6 with 1.12")
    .step("1.6", (z[i, j] - mu[j]) / sqrt(var[j] + eps), by=bs.unfold(z_norm))
    .step("1.12 in 1.6", centred / sqrt(var[j] + eps), by=bs.theorem("bias_cancels"))
)

# The same layer without a bias.
u = d.define("u", i, j, Wa, eq="1.1 with b = 0")
mu_u, var_u, u_norm, u_tilde = batch_norm(u, "_u")
d.prove("variance_ignores_bias", var[j], var_u[j], eq="1.5")
d.prove("z_norm_ignores_bias", z_norm[i, j], u_norm[i, j], eq="1.6")
d.prove("z_tilde_ignores_bias", z_tilde[i, j], u_tilde[i, j], eq="1.7")

L = Sum(g[i, j] * z_tilde[i, j], i, j)
d.prove("bias_gradient_is_zero", bs.derivative(L, b[q]), 0, eq="1.12")
d.refute("mean_ignores_bias", mu[j], mu_u[j], eq="1.4")

if __name__ == "__main__":
    bs.main()
