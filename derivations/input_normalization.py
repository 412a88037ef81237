"""Batch normalization against input normalization of images.

Source: Chetan Patil, "Understanding the Math behind Batch-Normalization algorithm" (April 2, 2020),
equations 1.A, 1.B (one image) and 2.A, 2.B (all images).  x has N images of H x W pixels and C channels.
The post's global standard deviation, the average over images, is not that of the data.
"""

from sympy import Sum, oo, sqrt

import bnsym as bs

d = bs.Derivation("input_normalization", "Patil 2020")

N, H, W, C, T = bs.sizes("N H W C T")
n, h, w, c, t = (bs.index(name, size) for name, size in zip("nhwct", (N, H, W, C, T), strict=True))
x = bs.tensor("x", N, H, W, C)
pixel, pixels = x[n, h, w, c], N * H * W

# One image, then the average over the images.
mean = d.define("mean", n, c, Sum(pixel, w, h) / (H * W), eq="1.A")
var = d.define("var", n, c, Sum((pixel - mean[n, c]) ** 2, w, h) / (H * W), eq="1.B, squared")
std = d.define("std", n, c, sqrt(var[n, c]), eq="1.B")
mean_global = d.define("mean_global", c, Sum(mean[n, c], n) / N, eq="2.A")
std_global = d.define("std_global", c, Sum(std[n, c], n) / N, eq="2.B")

# Batch normalization's formulas for a channel: one sum over n, h and w.
mu = d.define("mu", c, Sum(pixel, w, h, n) / pixels, eq="paper: mean")
sigma2 = d.define("sigma2", c, Sum((pixel - mu[c]) ** 2, w, h, n) / pixels, eq="paper: variance")

(
    d.chain("global_mean_is_channel_mean", mean_global[c], eq="2.A")
    .step("2.A", Sum(mean[n, c], n) / N, by=bs.unfold(mean_global))
    .step("1.A inside 2.A", Sum(Sum(pixel, w, h) / (H * W), n) / N, by=bs.unfold(mean))
    .step("refactored", Sum(pixel, w, h, n) / (N * H * W), by=bs.linearity)
    .step("mean activation of channel c", mu[c], by=bs.unfold(mu))
)
d.refute("average_of_stds_is_global_std", std_global[c], sqrt(sigma2[c]), eq="2.B")
d.refute("average_of_variances_is_global_variance", Sum(var[n, c], n) / N, sigma2[c], eq="2.B, squared")
between = Sum((mean[n, c] - mu[c]) ** 2, n) / N
d.prove("between_images_closes_the_gap", sigma2[c], Sum(var[n, c], n) / N + between, eq="2.B, squared")
std_spread = Sum((std[n, c] - std_global[c]) ** 2, n) / N
d.prove("what_the_average_std_lacks", sigma2[c], std_global[c] ** 2 + std_spread + between, eq="2.B")
about_global = d.define("about_global", n, c, Sum((pixel - mean_global[c]) ** 2, w, h) / (H * W))
d.prove("variances_about_the_global_mean", Sum(about_global[n, c], n) / N, sigma2[c], eq="2.B, squared")

# "If we set these parameters to 1, 0 and 0 respectively": gamma, beta and epsilon.
one, zero = d.define("gamma_set", c, 1), d.define("beta_set", c, 0)
nothing = d.define("epsilon_set", 0)
y_set = one[c] * (pixel - mu[c]) / sqrt(sigma2[c] + nothing) + zero[c]
image = d.define("input_normalized", n, h, w, c, (pixel - mu[c]) / sqrt(sigma2[c]), eq="normalized image")
(
    d.chain("batch_norm_becomes_input_norm", y_set, eq="normalized image")
    .step("1, 0 and 0", (pixel - mu[c]) / sqrt(sigma2[c]), by=bs.substitution(one, zero, nothing))
    .step("normalized image", image[n, h, w, c], by=bs.unfold(image))
)
d.prove("input_normalized_mean_square", Sum(image[n, h, w, c] ** 2, w, h, n) / pixels, 1)

# "If our std-dev turns up to be zero, it will be a huge headache": not with epsilon > 0.
eps, gamma, beta = bs.scalar("epsilon", positive=True), bs.tensor("gamma", C), bs.tensor("beta", C)
level = bs.tensor("level", C)
constant = d.define("constant", n, h, w, c, level[c])
flat_mean = d.define("flat_mean", c, Sum(constant[n, h, w, c], w, h, n) / pixels)
flat_var = d.define("flat_var", c, Sum((constant[n, h, w, c] - flat_mean[c]) ** 2, w, h, n) / pixels)
flat_out = gamma[c] * (constant[n, h, w, c] - flat_mean[c]) / sqrt(flat_var[c] + eps) + beta[c]
d.prove("no_division_by_zero", sigma2[c] + eps, 0, relation=">")
d.prove("constant_channel_has_no_variance", flat_var[c], 0)
d.prove("constant_channel_gives_beta", flat_out, beta[c])

# "Take the cumulative of Average and Variance for one whole epoch and divide by number of mini-batches".
k, a = bs.size("k"), bs.tensor("a", oo)
S, M = bs.tensor("S", oo), bs.tensor("M", oo)
total = d.recurrence("S", k, 0, S[k - 1] + a[k])
running = d.recurrence("M", k, 0, M[k - 1] + (a[k] - M[k - 1]) / k)
d.induction("cumulative_sum", total[T], Sum(a[t], t), over=T)
d.chain("cumulative_average", total[T] / T).step("sum", Sum(a[t], t) / T, by=bs.theorem("cumulative_sum"))
d.induction("running_average", running[T], Sum(a[t], t) / T, over=T)

if __name__ == "__main__":
    bs.main()
