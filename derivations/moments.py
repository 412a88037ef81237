"""Means and variances: one pass, merging, and the unbiased variance.

Sources: Welford 1962; Chan, Golub & LeVeque 1979 (merging of two batches); Ioffe & Szegedy 2015,
algorithm 2, line 10 (the unbiased variance m/(m-1) Var, for m >= 2).
"""

from sympy import Sum

import bnsym as bs

d = bs.Derivation("moments", "Chan, Golub & LeVeque 1979")

m, n = bs.sizes("m n")
i, j = bs.index("i", m), bs.index("j", n)
x, y, k = bs.tensor("x", m), bs.tensor("y", n), bs.scalar("k")
mean_x, mean_y = d.define("mean_x", Sum(x[i], i) / m), d.define("mean_y", Sum(y[j], j) / n)
squares_x = d.define("squares_x", Sum((x[i] - mean_x) ** 2, i))
squares_y = d.define("squares_y", Sum((y[j] - mean_y) ** 2, j))

# Two batches of sizes m and n as one.
mean = d.define("mean", (Sum(x[i], i) + Sum(y[j], j)) / (m + n))
squares = d.define("squares", Sum((x[i] - mean) ** 2, i) + Sum((y[j] - mean) ** 2, j))
gap = d.define("gap", mean_y - mean_x)
d.prove("merged_mean", mean, mean_x + gap * n / (m + n))
d.prove("merged_squares", squares, squares_x + squares_y + gap**2 * m * n / (m + n))
d.refute("merged_squares_without_gap", squares, squares_x + squares_y)
d.refute("merged_mean_unweighted", mean, (mean_x + mean_y) / 2)

# About another point k: least about the mean, and one pass (k = 0).
about = Sum((x[i] - k) ** 2, i)
d.prove("squares_about_a_point", about, squares_x + m * (mean_x - k) ** 2)
(
    d.chain("squares_are_least_about_the_mean", about - squares_x)
    .step("squares_about_a_point", m * (mean_x - k) ** 2, by=bs.theorem("squares_about_a_point"))
    .step("a square", 0, by=bs.signs, relation=">=")
)
d.prove("one_pass", squares_x, Sum(x[i] ** 2, i) - m * mean_x**2)
p = bs.index("p", m)
d.prove("pairwise_differences", Sum((x[i] - x[p]) ** 2, i, p), 2 * m * squares_x)

# The unbiased variance needs two examples.
M = bs.size("M", least=2)
r, q = bs.index("r", M), bs.index("q", M)
z = bs.tensor("z", M)
mean_z = d.define("mean_z", Sum(z[r], r) / M)
biased = d.define("biased", Sum((z[r] - mean_z) ** 2, r) / M)
unbiased = d.define("unbiased", Sum((z[r] - mean_z) ** 2, r) / (M - 1), eq="algorithm 2, line 10")
(
    d.chain("unbiased_from_biased", unbiased, eq="algorithm 2, line 10")
    .step("m - 1 in place of m", Sum((z[r] - mean_z) ** 2, r) / (M - 1), by=bs.unfold(unbiased))
    .step("m/(m - 1) times", M / (M - 1) * biased, by=bs.unfold(biased))
)
(
    d.chain("unbiased_is_no_less", unbiased - biased)
    .step("their difference", biased / (M - 1), by=bs.unfold(unbiased, biased))
    .step("m >= 2", 0, by=bs.signs, relation=">=")
)
pairs = Sum((z[r] - z[q]) ** 2, r, q) / (2 * M * (M - 1))
d.prove("unbiased_from_pairs", unbiased, pairs)
d.refute("unbiased_is_biased", unbiased, biased)

if __name__ == "__main__":
    bs.main()
