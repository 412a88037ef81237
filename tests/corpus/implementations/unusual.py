"""Looks wrong and is right, looks right and is wrong."""
import numpy as np


def forward_eps_on_std(x, gamma, beta, eps=1e-5):
    N = x.shape[0]
    mu = np.sum(x, axis=0) / N
    xc = x - mu
    sigma = np.sqrt(np.sum(xc ** 2, axis=0) / N)
    denom = sigma + eps
    return gamma * xc / denom + beta, (xc, sigma, denom, gamma)


def backward_eps_on_std(dout, cache):
    xc, sigma, denom, gamma = cache
    N = xc.shape[0]
    dgamma = np.sum(dout * xc / denom, axis=0)
    dbeta = np.sum(dout, axis=0)
    g = dout * gamma
    dsigma = -np.sum(g * xc, axis=0) / denom ** 2
    dx = g / denom + dsigma * xc / (N * sigma)
    return dx - np.mean(g, axis=0) / denom, dgamma, dbeta


def backward_eps_on_std_textbook(dout, cache):
    """The textbook's formula, with what this forward divided by in the root's place."""
    xc, sigma, denom, gamma = cache
    N = xc.shape[0]
    xhat = xc / denom
    g = dout * gamma
    dx = (N * g - np.sum(g, axis=0) - xhat * np.sum(g * xhat, axis=0)) / (N * denom)
    return dx, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)


def forward_unbiased(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0, ddof=1)
    inv = 1.0 / np.sqrt(var + eps)
    xhat = (x - mean) * inv
    return xhat * gamma + beta, (xhat, inv, gamma)


def backward_unbiased(dout, cache):
    xhat, inv, gamma = cache
    N = xhat.shape[0]
    g = dout * gamma
    dx = inv * (g - g.mean(axis=0) - xhat * (g * xhat).sum(axis=0) / (N - 1))
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def backward_biased(dout, cache):
    xhat, inv, gamma = cache
    N = xhat.shape[0]
    g = dout * gamma
    dx = inv / N * (N * g - g.sum(axis=0) - xhat * (g * xhat).sum(axis=0))
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def forward_one_pass(x, gamma, beta, eps=1e-5):
    """E[x**2] - E[x]**2, no shift by beta before the scale: gamma * (xhat + beta)."""
    m1 = x.mean(axis=0)
    m2 = (x * x).mean(axis=0)
    r = (m2 - m1 * m1 + eps) ** -0.5
    xhat = (x - m1) * r
    return gamma * (xhat + beta), (x, m1, r, xhat, gamma, beta)


def backward_one_pass(dout, cache):
    x, m1, r, xhat, gamma, beta = cache
    N = x.shape[0]
    dgamma = (dout * (xhat + beta)).sum(axis=0)
    dbeta = gamma * dout.sum(axis=0)
    d = dout * gamma
    dr = (d * (x - m1)).sum(axis=0)
    dv = -0.5 * r ** 3 * dr
    dm2 = dv
    dm1 = -2 * m1 * dv - (d * r).sum(axis=0)
    return d * r + dm1 / N + 2 * x * dm2 / N, dgamma, dbeta


def backward_one_pass_beta(dout, cache):
    x, m1, r, xhat, gamma, beta = cache
    N = x.shape[0]
    dgamma = (dout * xhat).sum(axis=0)                # this forward scales beta as well
    dbeta = dout.sum(axis=0)
    d = dout * gamma
    dx = r * (d - d.mean(0) - xhat * (d * xhat).mean(0))
    return dx, dgamma, dbeta


def forward_no_affine(x, eps=1e-5):
    mu = np.mean(x, 0)
    var = np.var(x, 0)
    return (x - mu) / np.sqrt(var + eps)


def backward_no_affine(x, dy, eps=1e-5):
    """From x alone, nothing cached; gradient as a projection on what is orthogonal to 1 and to x - mu."""
    N = x.shape[0]
    c = x - x.mean(0)
    s2 = np.mean(c ** 2, 0) + eps
    lam = np.sum(c * dy, 0) / (N * s2)
    t = dy - lam * c
    return (t - t.mean(0)) / np.sqrt(s2)


def backward_no_affine_exact_projection(x, dy, eps=1e-5):
    c = x - x.mean(0)
    lam = np.sum(c * dy, 0) / np.sum(c * c, 0)        # an exact projection: true only without eps
    t = dy - lam * c
    return (t - t.mean(0)) / np.sqrt(np.mean(c ** 2, 0) + eps)


def forward_sum_normalized(x, w, eps=1e-5):
    """Divides by the root of the sum of squares, not of their mean: self-consistent."""
    c = x - np.mean(x, axis=1, keepdims=True)
    n = np.sqrt(np.sum(c * c, axis=1, keepdims=True) + eps)
    return w * c / n, (c, n, w)


def backward_sum_normalized(dy, cache):
    c, n, w = cache
    h = c / n
    g = w * dy
    t = g - h * np.sum(g * h, axis=1, keepdims=True)
    return (t - np.mean(t, axis=1, keepdims=True)) / n, np.sum(dy * h, axis=0)


def backward_sum_normalized_mean(dy, cache):
    c, n, w = cache
    h = c / n
    g = w * dy
    t = g - h * np.mean(g * h, axis=1, keepdims=True)
    return (t - np.mean(t, axis=1, keepdims=True)) / n, np.sum(dy * h, axis=0)


def forward_zero_centered(x, gamma, beta, eps=1e-5):
    """The scale is 1 + gamma."""
    mu = x.mean(axis=-1, keepdims=True)
    rs = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    n = (x - mu) * rs
    return n * (1 + gamma) + beta, (n, rs, gamma)


def backward_zero_centered(dy, cache):
    n, rs, gamma = cache
    d = dy * (1 + gamma)
    dx = rs * (d - np.average(d, axis=-1)[:, None] - n * np.average(d * n, axis=-1)[:, None])
    return dx, (dy * n).sum(axis=0), dy.sum(axis=0)


def backward_zero_centered_plain_gamma(dy, cache):
    n, rs, gamma = cache
    d = dy * gamma
    dx = rs * (d - d.mean(axis=-1, keepdims=True) - n * (d * n).mean(axis=-1, keepdims=True))
    return dx, (dy * n).sum(axis=0), dy.sum(axis=0)
