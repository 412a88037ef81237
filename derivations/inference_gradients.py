"""Gradients in inference mode, where mean and variance are constants from training.

Source: Ioffe & Szegedy 2015, algorithm 2, line 11: y = gamma/sqrt(Var + epsilon) x + (beta - gamma E /
sqrt(Var + epsilon)).  N examples, C channels, g = dl/dy free.  Batch and test-time rows do not mix.
"""

from sympy import KroneckerDelta, Sum, sqrt

import bnsym as bs

d = bs.Derivation("inference_gradients", "Ioffe & Szegedy 2015, algorithm 2")

N, C, K = bs.sizes("N C K")
n, p, c, q, k = bs.index("n", N), bs.index("p", N), bs.index("c", C), bs.index("q", C), bs.index("k", K)
x, g = bs.tensor("x", N, C), bs.tensor("g", N, C)
gamma, beta = bs.tensor("gamma", C), bs.tensor("beta", C)
mean, var = bs.tensor("mean", C), bs.tensor("var", C, nonnegative=True)
eps = bs.scalar("epsilon", positive=True)

inv_std = d.define("inv_std", c, 1 / sqrt(var[c] + eps))
xhat = d.define("xhat", n, c, (x[n, c] - mean[c]) * inv_std[c])
y = d.define("y", n, c, gamma[c] * xhat[n, c] + beta[c])
scale = d.define("scale", c, gamma[c] * inv_std[c])
shift = d.define("shift", c, beta[c] - mean[c] * scale[c])
loss = Sum(g[n, c] * y[n, c], n, c)

root = sqrt(var[c] + eps)
(
    d.chain("output_is_affine", y[n, c], eq="algorithm 2, line 11")
    .step("gamma and beta", gamma[c] * xhat[n, c] + beta[c], by=bs.unfold(y))
    .step("normalize", gamma[c] * (x[n, c] - mean[c]) * inv_std[c] + beta[c], by=bs.unfold(xhat))
    .step("line 11", gamma[c] / root * x[n, c] + (beta[c] - gamma[c] * mean[c] / root), by=bs.unfold(inv_std))
    .step("scale and shift", scale[c] * x[n, c] + shift[c], by=bs.unfold(scale, shift, inv_std))
)
d.prove("input_gradient", bs.derivative(loss, x[p, q]), scale[q] * g[p, q])
d.prove("gamma_gradient", bs.derivative(loss, gamma[q]), Sum(g[n, q] * xhat[n, q], n))
d.prove("beta_gradient", bs.derivative(loss, beta[q]), Sum(g[n, q], n))
d.prove(
    "rows_do_not_mix", bs.derivative(y[n, c], x[p, q]), scale[q] * KroneckerDelta(n, p) * KroneckerDelta(c, q)
)
d.refute("gamma_gradient_of_raw_input", bs.derivative(loss, gamma[q]), Sum(g[n, q] * x[n, q], n))

# Folded into the linear layer before it: W' = scale * W and b' = scale * b + shift.
W, b, a = bs.tensor("W", C, K), bs.tensor("b", C), bs.tensor("a", N, K)
linear = Sum(W[c, k] * a[n, k], k) + b[c]
weights = d.define("weights", c, k, scale[c] * W[c, k])
bias = d.define("bias", c, scale[c] * b[c] + shift[c])
(
    d.chain("folding_into_the_linear_layer", scale[c] * linear + shift[c])
    .step("into the sum", Sum(scale[c] * W[c, k] * a[n, k], k) + scale[c] * b[c] + shift[c], by=bs.linearity)
    .step("new weights", Sum(weights[c, k] * a[n, k], k) + bias[c], by=bs.unfold(weights, bias))
)

if __name__ == "__main__":
    bs.main()
