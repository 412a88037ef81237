"""What follows from batch normalization's input gradient, and wrong gradients that are refuted.

Source: the compact form of Ioffe & Szegedy 2015, section 3 (see backward.py).  One feature x over a
mini-batch of m, g = dl/dy free.  For every m, x, g, gamma, beta and every epsilon > 0.
"""

from sympy import Sum, sqrt

import bnsym as bs

d = bs.Derivation("gradient_facts", "Ioffe & Szegedy 2015, section 3")

m = bs.size("m")
i, p, r = bs.index("i", m), bs.index("p", m), bs.index("r", m)
x, g = bs.tensor("x", m), bs.tensor("g", m)
gamma, beta, eps = bs.scalar("gamma"), bs.scalar("beta"), bs.scalar("epsilon", positive=True)

mu = d.define("mu", Sum(x[i], i) / m)
var = d.define("var", Sum((x[i] - mu) ** 2, i) / m)
s = d.define("s", sqrt(var + eps))
xhat = d.define("xhat", i, (x[i] - mu) / s)
y = d.define("y", i, gamma * xhat[i] + beta)
gradient = bs.derivative(Sum(g[i] * y[i], i), x[p])

g_sum, g_xhat = Sum(g[i], i), Sum(g[i] * xhat[i], i)
dx = d.define("dx", p, gamma / (m * s) * (m * g[p] - g_sum - xhat[p] * g_xhat), eq="compact form")
d.prove("compact_form", gradient, dx[p], eq="compact form")
d.prove("jacobian_is_symmetric", bs.derivative(y[p], x[r]), bs.derivative(y[r], x[p]))
d.prove("normalized_sum", Sum(xhat[i], i), 0)
d.prove("normalized_square_sum", Sum(xhat[i] ** 2, i), m * var / s**2)

(
    d.chain("gradient_sums_to_zero", Sum(dx[p], p))
    .step("m*sum(g) cancels", -gamma / (m * s) * Sum(xhat[i], i) * g_xhat, by=bs.linearity(dx))
    .step("normalized_sum", 0, by=bs.theorem("normalized_sum"))
)
(
    d.chain("gradient_along_xhat", Sum(dx[p] * xhat[p], p))
    .step(
        "term by term",
        gamma / (m * s) * (m * g_xhat - g_sum * Sum(xhat[i], i) - g_xhat * Sum(xhat[i] ** 2, i)),
        by=bs.linearity(dx),
    )
    .step(
        "both sums",
        gamma / (m * s) * (m * g_xhat - g_xhat * m * var / s**2),
        by=bs.theorem("normalized_sum", "normalized_square_sum"),
    )
    .step("1 - var/s^2 = epsilon/s^2", gamma * eps / s**3 * g_xhat, by=bs.unfold(s))
)
d.refute("gradient_is_orthogonal_to_xhat", Sum(dx[p] * xhat[p], p), 0)

# A loss that cannot see a wrong gradient: the sum of the outputs does not depend on x.
d.prove("sum_of_outputs_has_no_gradient", bs.derivative(Sum(y[i], i), x[p]), 0)
d.prove("sum_of_outputs_is_constant", Sum(y[i], i), m * beta)

# Wrong gradients, each with the instance that shows it; dx is the gradient, by compact_form.
d.refute("projection_dropped", dx[p], gamma / (m * s) * (m * g[p] - g_sum))
d.refute("mean_dropped", dx[p], gamma / (m * s) * (m * g[p] - xhat[p] * g_xhat))
d.refute("statistics_as_constants", dx[p], gamma / s * g[p])
d.refute("projection_sign_flipped", dx[p], gamma / (m * s) * (m * g[p] - g_sum + xhat[p] * g_xhat))
d.refute("epsilon_dropped", dx[p], gamma / (m * sqrt(var)) * (m * g[p] - g_sum - xhat[p] * g_xhat))
d.refute("gamma_dropped", dx[p], 1 / (m * s) * (m * g[p] - g_sum - xhat[p] * g_xhat))
d.refute("divided_by_m_plus_one", dx[p], m / (m + 1) * dx[p])
d.refute("not_averaged", dx[p], gamma / s * (g[p] - g_sum - xhat[p] * g_xhat))

if __name__ == "__main__":
    bs.main()
