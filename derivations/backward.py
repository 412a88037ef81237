"""The gradients of batch normalization in training mode.

Source: Ioffe & Szegedy 2015, section 3: the six equations of backpropagation, in the paper's order, then
their compact form.  One feature x over a mini-batch of m; g is dl/dy, free, so that what is proved is the
whole Jacobian.  For every m, x, g, gamma, beta and every epsilon > 0.
"""

from sympy import Rational, Sum, sqrt

import bnsym as bs

d = bs.Derivation("backward", "Ioffe & Szegedy 2015, section 3")

m = bs.size("m")
i, p, r = bs.index("i", m), bs.index("p", m), bs.index("r", m)
x, g, z = bs.tensor("x", m), bs.tensor("g", m), bs.tensor("z", m)
gamma, beta, eps = bs.scalar("gamma"), bs.scalar("beta"), bs.scalar("epsilon", positive=True)
u, v = bs.scalar("u"), bs.scalar("v", positive=True)  # any mean and any variance, for partial derivatives

mu = d.define("mu", Sum(x[i], i) / m, eq="algorithm 1")
var = d.define("var", Sum((x[i] - mu) ** 2, i) / m, eq="algorithm 1")
s = d.define("s", sqrt(var + eps))
xhat = d.define("xhat", i, (x[i] - mu) / s, eq="algorithm 1")
y = d.define("y", i, gamma * xhat[i] + beta, eq="algorithm 1")
loss = Sum(g[i] * y[i], i)

# The six equations.  Each is the partial derivative of the loss with what comes before it held fixed.
d_xhat = d.define("d_xhat", i, g[i] * gamma, eq="backward 1")


def loss_at(mean, variance):
    """The loss for this mean and this variance of the mini-batch."""
    return Sum(g[i] * (gamma * (x[i] - mean) / sqrt(variance + eps) + beta), i)


def variance_at(mean):
    """The variance for this mean."""
    return Sum((x[i] - mean) ** 2, i) / m


def d_var_at(mean, variance):
    """Equation 2 of the six."""
    return Sum(d_xhat[i] * (x[i] - mean), i) * Rational(-1, 2) * (variance + eps) ** Rational(-3, 2)


def d_mu_at(mean, variance):
    """Equation 3 of the six."""
    direct = Sum(d_xhat[i] * -1 / sqrt(variance + eps), i)
    return direct + d_var_at(mean, variance) * Sum(-2 * (x[i] - mean), i) / m


d.prove("d_xhat", bs.derivative(Sum(g[i] * (gamma * z[i] + beta), i), z[p]), d_xhat[p], eq="backward 1")
d.prove("d_var", bs.derivative(loss_at(u, v), v), d_var_at(u, v), eq="backward 2")
d.prove("d_mu", bs.derivative(loss_at(u, variance_at(u)), u), d_mu_at(u, variance_at(u)), eq="backward 3")
d_var = d.define("d_var", d_var_at(mu, var), eq="backward 2")
d_mu = d.define("d_mu", d_mu_at(mu, var), eq="backward 3")
d_x = d.define("d_x", i, d_xhat[i] / s + d_var * 2 * (x[i] - mu) / m + d_mu / m, eq="backward 4")
d.prove("d_x", bs.derivative(loss, x[p]), d_x[p], eq="backward 4")
d.prove("d_gamma", bs.derivative(loss, gamma), Sum(g[i] * xhat[i], i), eq="backward 5")
d.prove("d_beta", bs.derivative(loss, beta), Sum(g[i], i), eq="backward 6")

# The compact form.
d.prove("normalized_sum", Sum(xhat[i], i), 0)
d.prove("normalized_square_sum", Sum(xhat[i] ** 2, i), m * var / s**2)
g_sum, g_xhat = Sum(g[i], i), Sum(g[i] * xhat[i], i)
compact = gamma / (m * s) * (m * g[p] - g_sum - xhat[p] * g_xhat)
(
    d.chain("d_mu_in_training", d_mu, eq="backward 3").step(
        "its second term has sum(x - mu) = 0", -gamma * g_sum / s, by=bs.linearity(d_mu, d_xhat, s, mu)
    )
)
(
    d.chain("d_var_in_training", d_var, eq="backward 2").step(
        "x - mu = s*xhat", -gamma * g_xhat / (2 * s**2), by=bs.linearity(d_var, d_xhat, xhat, s)
    )
)
(
    d.chain("input_gradient", bs.derivative(loss, x[p]), eq="backward 4")
    .step("backward 4", d_x[p], by=bs.theorem("d_x"))
    .step("the terms", d_xhat[p] / s + d_var * 2 * (x[p] - mu) / m + d_mu / m, by=bs.unfold(d_x))
    .step(
        "backward 1 to 3",
        g[p] * gamma / s - gamma * g_xhat / (2 * s**2) * 2 * (x[p] - mu) / m - gamma * g_sum / (s * m),
        by=bs.unfold(d_xhat).using("d_var_in_training", "d_mu_in_training"),
    )
    .step("compact", compact, by=bs.unfold(xhat))
)

if __name__ == "__main__":
    bs.main()
