"""Scaling and shifting what goes into batch normalization.

Source: Ioffe & Szegedy 2015, section 3.3: BN(W u) = BN((a W) u), stated there without epsilon.  It holds
for epsilon = 0 where the variance is not 0; with epsilon > 0 only shifts leave the output as it is.
"""

from sympy import Sum, sqrt

import bnsym as bs

d = bs.Derivation("scale_invariance", "Ioffe & Szegedy 2015, section 3.3")

m, K = bs.sizes("m K")
i, r, k, q = bs.index("i", m), bs.index("r", m), bs.index("k", K), bs.index("q", K)
x, u, W, g = bs.tensor("x", m), bs.tensor("u", m, K), bs.tensor("W", K), bs.tensor("g", m)
a, eps = bs.scalar("a", positive=True), bs.scalar("epsilon", positive=True)
c = bs.scalar("c")


def normalized(name, z, epsilon):
    """The normalized output for the input z over i, as an array called `name`."""
    mean = d.define(f"mean_{name}", Sum(z, i) / m)
    var = d.define(f"var_{name}", Sum((z - mean) ** 2, i) / m)
    return d.define(name, i, (z - mean) / sqrt(var + epsilon))


# The output for x and for a x, where x is W u: any value of one unit for each example.
plain, scaled = normalized("plain", x[i], 0), normalized("scaled", a * x[i], 0)
d.prove("scale_goes_without_epsilon", scaled[i], plain[i], eq="BN((aW)u) = BN(Wu)")
d.prove("negative_scale_flips_sign", normalized("flipped", -a * x[i], 0)[i], -plain[i])
with_eps, scaled_eps = normalized("with_eps", x[i], eps), normalized("scaled_eps", a * x[i], eps)
d.refute("scale_goes_with_epsilon", scaled_eps[i], with_eps[i], eq="BN((aW)u) = BN(Wu)")
spread = sqrt(Sum((x[i] - Sum(x[r], r) / m) ** 2, i) / m + eps / a**2)
d.prove("scale_divides_epsilon", scaled_eps[i], (x[i] - Sum(x[r], r) / m) / spread)
d.prove("scale_goes_if_epsilon_scales", normalized("scaled_both", a * x[i], a**2 * eps)[i], with_eps[i])
d.prove("shift_goes_with_epsilon", normalized("moved", x[i] + c, eps)[i], with_eps[i])
along = bs.derivative(Sum(g[i] * plain[i], i), x[r])
along_eps = bs.derivative(Sum(g[i] * with_eps[i], i), x[r])
d.prove("gradient_is_orthogonal_to_input", Sum(x[r] * along, r), 0)
d.refute("gradient_is_orthogonal_with_epsilon", Sum(x[r] * along_eps, r), 0)

# With the weights: "the scale does not affect the layer Jacobian nor, consequently, the gradient".
Wu = d.define("Wu", i, Sum(W[k] * u[i, k], k))
unit, unit_a = normalized("unit", Wu[i], 0), normalized("unit_a", a * Wu[i], 0)
loss, loss_a = Sum(g[i] * unit[i], i), Sum(g[i] * unit_a[i], i)
d.prove("input_gradient_ignores_scale", bs.derivative(loss_a, u[r, q]), bs.derivative(loss, u[r, q]))
d.prove("weight_gradient_is_orthogonal_to_weights", Sum(W[q] * bs.derivative(loss, W[q]), q), 0)

if __name__ == "__main__":
    bs.main()
