"""Layer normalization as bnsym generates it, and its gradients.

Source: Ba, Kiros & Hinton 2016, section 3.  Row n of N is normalized over its own C features, so the roots
stand inside the sums over rows of the gradients by gamma and beta.  g = dl/dy is free.
"""

from sympy import Sum, sqrt

import bnsym as bs

d = bs.Derivation("layer_norm", "Ba, Kiros & Hinton 2016")

layer = d.include(bs.layer("layer_norm"))
N, C, n, c, x, gamma, beta = layer.N, layer.C, layer.n, layer.c, layer.x, layer.gamma, layer.beta
mean, var, std = (bs.tensor(name, N) for name in ("mean", "var", "std"))  # the layer's own definitions
xhat, y = bs.tensor("xhat", N, C), bs.tensor("y", N, C)
p, q, r = bs.index("p", N), bs.index("q", C), bs.index("r", C)
g, eps = bs.tensor("g", N, C), layer.epsilon
loss = Sum(g[n, c] * y[n, c], n, c)

d.prove("row_sum_is_zero", Sum(xhat[n, c], c), 0)
d.prove("row_square_sum", Sum(xhat[n, c] ** 2, c), C * var[n] / std[n] ** 2)
row_mean = Sum(x[n, r], r) / C
row_var = Sum((x[n, q] - row_mean) ** 2, q) / C
written_out = gamma[c] * (x[n, c] - row_mean) / sqrt(row_var + eps) + beta[c]
d.prove("output_written_out", y[n, c], written_out)

# Gradients: h = gamma g takes the place that g has in batch normalization, and features that of examples.
h = d.define("h", n, c, gamma[c] * g[n, c])
h_sum, h_xhat = Sum(h[n, r], r), Sum(h[n, r] * xhat[n, r], r)
dx = d.define("dx", n, c, (C * h[n, c] - h_sum - xhat[n, c] * h_xhat) / (C * std[n]))
d.prove("input_gradient", bs.derivative(loss, x[p, q]), dx[p, q])
d.prove("gamma_gradient", bs.derivative(loss, gamma[q]), Sum(g[n, q] * xhat[n, q], n))
(
    d.chain("gamma_gradient_from_the_input", bs.derivative(loss, gamma[q]))
    .step("the theorem", Sum(g[n, q] * xhat[n, q], n), by=bs.theorem("gamma_gradient"))
    .step("normalize", Sum(g[n, q] * (x[n, q] - mean[n]) / std[n], n), by=bs.unfold(xhat))
    .step("roots in the sum", Sum(g[n, q] * (x[n, q] - mean[n]) / sqrt(var[n] + eps), n), by=bs.unfold(std))
)
d.prove("beta_gradient", bs.derivative(loss, beta[q]), Sum(g[n, q], n))
(
    d.chain("input_gradient_sums_to_zero", Sum(dx[n, c], c))
    .step("term by term", -Sum(xhat[n, c], c) * h_xhat / (C * std[n]), by=bs.linearity(dx))
    .step("row_sum_is_zero", 0, by=bs.theorem("row_sum_is_zero"))
)
(
    d.chain("input_gradient_along_xhat", Sum(dx[n, c] * xhat[n, c], c))
    .step(
        "term by term",
        (C * h_xhat - h_sum * Sum(xhat[n, c], c) - h_xhat * Sum(xhat[n, c] ** 2, c)) / (C * std[n]),
        by=bs.linearity(dx),
    )
    .step(
        "both sums",
        (h_xhat - h_xhat * var[n] / std[n] ** 2) / std[n],
        by=bs.theorem("row_sum_is_zero", "row_square_sum"),
    )
    .step("1 - var/std^2 = epsilon/std^2", eps * h_xhat / std[n] ** 3, by=bs.unfold(std))
)
d.refute("gamma_outside_the_sums", bs.derivative(loss, x[p, q]), gamma[q] / std[p] * g[p, q])

# What cancels: a value added to all features of a row, but not a bias for each feature.
v, b = bs.tensor("v", N), bs.tensor("b", C)


def normalized(name, z):
    """The layer's normalization of z[n, c], as an array called `name`."""
    center = d.define(f"mean_{name}", n, Sum(z, c) / C)
    spread = d.define(f"var_{name}", n, Sum((z - center[n]) ** 2, c) / C)
    return d.define(name, n, c, (z - center[n]) / sqrt(spread[n] + eps))


biased, both = normalized("biased", x[n, c] + b[c]), normalized("both", x[n, c] + b[c] + v[n])
d.prove("row_shift_cancels", both[n, c], biased[n, c])
d.refute("bias_does_not_cancel", biased[n, c], xhat[n, c])

if __name__ == "__main__":
    bs.main()
