"""The mean and variance that batch normalization uses at test time, from T mini-batches.

Source: "Batch Normalization" (a note), section "Batch Normalization at Test Time": "we take train set
average of means and variances of mini-batches".  One feature x; mini-batch t of T has B examples, or
count[t] examples where the sizes differ.
"""

from sympy import Sum, oo, sqrt

import bnsym as bs

d = bs.Derivation("at_test_time", "Batch Normalization note, test time")

T, B = bs.sizes("T B")
t, i = bs.index("t", T), bs.index("i", B)
x = bs.tensor("x", T, B)

# Mini-batches of one size.
mu = d.define("mu", t, Sum(x[t, i], i) / B, eq="mu^{t}")
var = d.define("var", t, Sum((x[t, i] - mu[t]) ** 2, i) / B, eq="sigma^2^{t}")
mean_all = d.define("mean_all", Sum(x[t, i], i, t) / (T * B))
var_all = d.define("var_all", Sum((x[t, i] - mean_all) ** 2, i, t) / (T * B))
mean_var = d.define("mean_var", Sum(var[t], t) / T, eq="sigma^2")
between = d.define("between", Sum((mu[t] - mean_all) ** 2, t) / T)

(
    d.chain("average_of_means_is_training_mean", Sum(mu[t], t) / T, eq="mu")
    .step("the means", Sum(Sum(x[t, i], i) / B, t) / T, by=bs.unfold(mu))
    .step("one size B", Sum(x[t, i], i, t) / (T * B), by=bs.linearity)
    .step("the training set", mean_all, by=bs.unfold(mean_all))
)
d.refute("average_of_variances_is_training_variance", mean_var, var_all, eq="sigma^2")
d.prove("gap_is_variance_of_means", var_all, mean_var + between, eq="sigma^2")
(
    d.chain("average_of_variances_is_no_more", var_all - mean_var, eq="sigma^2")
    .step("the gap", between, by=bs.theorem("gap_is_variance_of_means"))
    .step("squares", 0, by=bs.signs, relation=">=")
)

# Mini-batches of different sizes.
count = bs.tensor("count", T, positive=True, integer=True)
z = bs.tensor("z", T, oo)
total = d.define("total", Sum(count[t], t))
ragged_sum = Sum(z[t, i], (i, 1, count[t]))
ragged_mu = d.define("ragged_mu", t, ragged_sum / count[t])
ragged_mean = d.define("ragged_mean", Sum(ragged_sum, t) / total)
d.refute("average_of_means_for_unequal_sizes", Sum(ragged_mu[t], t) / T, ragged_mean, eq="mu")
d.prove("weights_sum_to_one", Sum(count[t] / total, t), 1)
d.prove("weighted_average_of_means", Sum(count[t] / total * ragged_mu[t], t), ragged_mean, eq="mu")
ragged_var = d.define("ragged_var", t, Sum((z[t, i] - ragged_mu[t]) ** 2, (i, 1, count[t])) / count[t])
ragged_var_all = Sum(Sum((z[t, i] - ragged_mean) ** 2, (i, 1, count[t])), t) / total
ragged_within = Sum(count[t] * ragged_var[t], t) / total
ragged_between = Sum(count[t] * (ragged_mu[t] - ragged_mean) ** 2, t) / total
d.prove("law_of_total_variance", ragged_var_all, ragged_within + ragged_between, eq="sigma^2")

# At test time the averages, mean and spread, are given numbers; w is one example.
gamma, beta, mean, w = (bs.scalar(name) for name in ("gamma", "beta", "mean", "w"))
spread, eps = bs.scalar("spread", nonnegative=True), bs.scalar("epsilon", positive=True)
scale = d.define("scale", gamma / sqrt(spread + eps))
shift = d.define("shift", beta - scale * mean)
d.prove("inference_is_affine", gamma * (w - mean) / sqrt(spread + eps) + beta, scale * w + shift)

# "Calculating mean and variance in test examples ... is nonsense": one example alone comes out as beta.
only = bs.index("only", 1)
batch = d.define("batch", only, w)
own_mean = d.define("own_mean", Sum(batch[only], only))
own_var = d.define("own_var", Sum((batch[only] - own_mean) ** 2, only))
d.prove("one_example_by_itself_gives_beta", gamma * (w - own_mean) / sqrt(own_var + eps) + beta, beta)

if __name__ == "__main__":
    bs.main()
