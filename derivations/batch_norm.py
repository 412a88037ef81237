"""Batch normalization as bnsym generates it: channel c of C over N rows, and its gradients.

Source: Ioffe & Szegedy 2015, algorithms 1 and 2 and section 3.  A row is a sample, or a pixel of one, so
that N is the number of all values of a channel.  g = dl/dy is free.
"""

from sympy import KroneckerDelta, Sum, sqrt

import bnsym as bs

d = bs.Derivation("batch_norm", "Ioffe & Szegedy 2015")

layer = d.include(bs.layer("batch_norm"))
N, C, n, c, x, gamma, beta = layer.N, layer.C, layer.n, layer.c, layer.x, layer.gamma, layer.beta
mean, var, std = (bs.tensor(name, C) for name in ("mean", "var", "std"))  # the layer's own definitions
xhat, y = bs.tensor("xhat", N, C), bs.tensor("y", N, C)
p, q, r = bs.index("p", N), bs.index("q", C), bs.index("r", N)
g, eps = bs.tensor("g", N, C), layer.epsilon
loss = Sum(g[n, c] * y[n, c], n, c)
g_sum, g_xhat = Sum(g[r, q], r), Sum(g[r, q] * xhat[r, q], r)

batch_mean = Sum(x[r, c], r) / N
batch_var = Sum((x[p, c] - batch_mean) ** 2, p) / N
written_out = gamma[c] * (x[n, c] - batch_mean) / sqrt(batch_var + eps) + beta[c]
d.prove("output_written_out", y[n, c], written_out, eq="algorithm 1")
d.prove(
    "input_gradient",
    bs.derivative(loss, x[p, q]),
    gamma[q] * (N * g[p, q] - g_sum - xhat[p, q] * g_xhat) / (N * std[q]),
)
d.prove("gamma_gradient", bs.derivative(loss, gamma[q]), g_xhat)
d.prove("beta_gradient", bs.derivative(loss, beta[q]), g_sum)
rows = N * KroneckerDelta(n, p) - 1 - xhat[n, c] * xhat[p, c]
jacobian = KroneckerDelta(c, q) * gamma[c] * rows / (N * std[c])
d.prove("jacobian", bs.derivative(y[n, c], x[p, q]), jacobian)

# Inference with averages that happen to be the batch's own gives the training output.
run_mean, run_var = d.define("run_mean", c, mean[c]), d.define("run_var", c, var[c])


def inference(mean, var):
    """The output for a given mean and variance of the channel."""
    return gamma[c] * (x[n, c] - mean[c]) / sqrt(var[c] + eps) + beta[c]


(
    d.chain("inference_on_equal_statistics", inference(run_mean, run_var))
    .step("equal statistics", inference(mean, var), by=bs.substitution(run_mean, run_var))
    .step("the layer's output", y[n, c], by=bs.unfold(y, xhat, std))
)

if __name__ == "__main__":
    bs.main()
