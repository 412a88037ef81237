"""The exponentially weighted average of a statistic over T mini-batches.

Sources: "Batch Normalization" (a note), "In practice to save memory, we apply exponentially weighted
average"; Patil 2020, "exponentially weighted-averaging method".  a[t] is the mean or the variance of
mini-batch t, v0 the value to begin with, q the share that the old value keeps (1 - momentum in PyTorch).
"""

from sympy import Sum, oo

import bnsym as bs

d = bs.Derivation("moving_average", "Batch Normalization note, test time")

T, k = bs.sizes("T k")
t = bs.index("t", T)
q, v0, level = bs.scalar("q", positive=True), bs.scalar("v0"), bs.scalar("level")
a, v, w = bs.tensor("a", oo), bs.tensor("v", oo), bs.tensor("w", oo)

average = d.recurrence("v", k, v0, q * v[k - 1] + (1 - q) * a[k])
weights = (1 - q) * Sum(q ** (T - t), t)
d.induction("closed_form", average[T], q**T * v0 + (1 - q) * Sum(q ** (T - t) * a[t], t), over=T)
d.induction("weights_of_the_batches", weights, 1 - q**T, over=T)
(
    d.chain("all_weights_sum_to_one", q**T + weights)
    .step("the mini-batches", q**T + 1 - q**T, by=bs.theorem("weights_of_the_batches"))
    .step("with v0", 1, by=bs.algebra)
)
d.refute("weights_of_the_batches_sum_to_one", weights, 1)

# A statistic that stays at one level: the average goes there from v0, and is there at once if v0 = 0 and
# it is divided by the sum of its weights.
steady = d.recurrence("w", k, v0, q * w[k - 1] + (1 - q) * level)
d.induction("distance_shrinks_by_q", steady[T] - level, q**T * (v0 - level), over=T)
(
    d.chain("bias_correction", (1 - q) * Sum(q ** (T - t) * level, t) / (1 - q**T))
    .step("one level", level * weights / (1 - q**T), by=bs.linearity)
    .step("the weights", level, by=bs.theorem("weights_of_the_batches"))
)

if __name__ == "__main__":
    bs.main()
