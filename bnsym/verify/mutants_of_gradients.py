"""Wrong backward passes: each term of dx dropped, flipped, scaled; each part of the others wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.mutant import Mutant, over_rows, with_gradient
from bnsym.verify.parts import Parts

# what is added to the right dx
ADDED: Mapping[str, Callable[[Parts], Array]] = {
    "direct term dropped": lambda p: -p.direct,
    "direct term's sign flipped": lambda p: -2 * p.direct,
    "mean term dropped": lambda p: p.through_mean,
    "mean term's sign flipped": lambda p: 2 * p.through_mean,
    "projection dropped": lambda p: p.projection,
    "projection's sign flipped": lambda p: 2 * p.projection,
    "100 times the projection": lambda p: -99 * p.projection,
    "statistics taken as constants": lambda p: p.through_mean + p.projection,
    "sums for means": lambda p: -(p.m - 1) * (p.through_mean + p.projection),
    "m - 1 for m": lambda p: -(p.unbiased - 1) * (p.through_mean + p.projection),
    "m - 1 for m in the projection": lambda p: -(p.unbiased - 1) * p.projection,
    "xhat not centred in the projection": lambda p: -p.mean / p.s * p.average(p.gg * p.xhat) / p.s,
    "eps dropped in the projection": lambda p: -p.projection * p.eps / p.var,
}

# what stands in place of the right dx
REPLACED: Mapping[str, Callable[[Parts, Array], Array]] = {
    "gamma dropped": lambda p, right: p.dx(gamma=1.0),
    "gamma squared": lambda p, right: p.dx(gamma=p.gamma**2),
    "eps dropped": lambda p, right: p.dx(s=np.sqrt(p.var)),
    "divided by the variance, not its root": lambda p, right: right / p.s,
    "means along the wrong axis": lambda p, right: p.dx(axis=1 - p.call.axis),
    "1/s cubed before it is used": lambda p, right: (
        p.direct - p.through_mean - p.centred * (p.s**-3.0 * p.average(p.gg * p.centred))
    ),
}

OF_GAMMA: Mapping[str, Callable[[Parts, Array], Array]] = {
    "without xhat": lambda p, right: p.g.sum(axis=0),
    "x - mean for xhat": lambda p, right: (p.g * p.centred).sum(axis=0),
    "xhat not centred": lambda p, right: (p.g * p.x / p.s).sum(axis=0),
    "xhat of the unbiased variance": lambda p, right: (
        p.g * p.centred / np.sqrt(p.unbiased * p.var + p.eps)
    ).sum(axis=0),
    "eps dropped": lambda p, right: (p.g * p.centred / np.sqrt(p.var)).sum(axis=0),
    "a mean, not a sum": lambda p, right: right / len(p.x),
    "gamma applied to it": lambda p, right: right * p.gamma,
    "first pixel of each image alone": lambda p, right: p.samples(p.g * p.xhat)[:, 0].sum(axis=0),
}

OF_BETA: Mapping[str, Callable[[Parts, Array], Array]] = {
    "a mean, not a sum": lambda p, right: right / len(p.x),
    "gamma applied to it": lambda p, right: right * p.gamma,
    "last row forgotten": lambda p, right: right - p.g[-1],
    "summed over the channels": lambda p, right: np.full_like(right, right.sum()),
    "first pixel of each image alone": lambda p, right: p.samples(p.g)[:, 0].sum(axis=0),
}


def _means_over_samples(p: Parts, right: Array) -> Array:
    """Means over N alone: right for (N, C), wrong as soon as there are pixels."""
    gg, xhat = p.samples(p.gg), p.samples(p.xhat)
    inner = gg - gg.mean(axis=0) - xhat * (gg * xhat).mean(axis=0)
    return np.asarray(inner.reshape(p.x.shape) / p.s)


def _added(extra: Callable[[Parts], Array]) -> Callable[[Parts, Array], Array]:
    return lambda p, right: right + extra(p)


MUTANTS: tuple[Mutant, ...] = (
    *(Mutant(f"dx: {name}", with_gradient("grad_x", _added(extra))) for name, extra in ADDED.items()),
    *(Mutant(f"dx: {name}", with_gradient("grad_x", wrong)) for name, wrong in REPLACED.items()),
    Mutant("dx: pixels left out of the means", with_gradient("grad_x", _means_over_samples), over_rows),
    *(Mutant(f"dgamma: {name}", with_gradient("grad_gamma", wrong)) for name, wrong in OF_GAMMA.items()),
    *(Mutant(f"dbeta: {name}", with_gradient("grad_beta", wrong)) for name, wrong in OF_BETA.items()),
)
