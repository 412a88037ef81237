"""Python loops over channels, samples and features."""
import numpy as np


def channel_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    out = np.zeros_like(x)
    mus = np.zeros(C)
    sds = np.zeros(C)
    for c in range(C):
        ch = x[:, c, :, :]
        mus[c] = np.mean(ch)
        sds[c] = np.sqrt(np.var(ch) + eps)
        out[:, c, :, :] = gamma[c] * (ch - mus[c]) / sds[c] + beta[c]
    return out, (x, mus, sds, gamma)


def channel_backward(dout, cache):
    x, mus, sds, gamma = cache
    N, C, H, W = x.shape
    dx = np.zeros(x.shape)
    dgamma = np.zeros(C)
    dbeta = np.zeros((C,))
    m = N * H * W
    for c in range(C):
        g = dout[:, c, :, :]
        xhat = (x[:, c] - mus[c]) / sds[c]
        dbeta[c] = np.sum(g)
        dgamma[c] = np.sum(g * xhat)
        dx[:, c] = gamma[c] / sds[c] * (g - dbeta[c] / m - xhat * dgamma[c] / m)
    return dx, dgamma, dbeta


def channel_backward_count(dout, cache):
    x, mus, sds, gamma = cache
    N, C, H, W = x.shape
    dx = np.zeros(x.shape)
    dgamma = np.zeros(C)
    dbeta = np.zeros((C,))
    for c in range(C):
        g = dout[:, c, :, :]
        xhat = (x[:, c] - mus[c]) / sds[c]
        dbeta[c] = np.sum(g)
        dgamma[c] = np.sum(g * xhat)
        dx[:, c] = gamma[c] / sds[c] * (g - dbeta[c] / N - xhat * dgamma[c] / N)   # N alone
    return dx, dgamma, dbeta


def sample_forward(X, w, b, eps=1e-5):
    Y = np.zeros_like(X)
    stats = []
    for i in range(len(X)):
        mu = X[i].mean()
        sigma = np.sqrt(((X[i] - mu) ** 2).mean() + eps)
        stats.append((mu, sigma))
        Y[i] = w * (X[i] - mu) / sigma + b
    return Y, (X, w, stats)


def sample_backward(dY, cache):
    X, w, stats = cache
    N, D = X.shape
    dX = np.zeros_like(X)
    dw = np.zeros_like(w)
    db = np.zeros_like(w)
    for i, (mu, sigma) in enumerate(stats):
        z = (X[i] - mu) / sigma
        dz = dY[i] * w
        dX[i] = (dz - dz.sum() / D - z * np.dot(z, dz) / D) / sigma
        dw += dY[i] * z
        db += dY[i]
    return dX, dw, db


def jacobian_backward(dY, cache):
    X, w, stats = cache
    D = X.shape[1]
    rows = []
    dw = np.zeros(D)
    db = np.zeros(D)
    for i in range(X.shape[0]):
        mu, sigma = stats[i]
        z = (X[i] - mu) / sigma
        J = (np.eye(D) - np.ones((D, D)) / D - np.outer(z, z) / D) / sigma
        rows.append(J @ (w * dY[i]))
        dw = dw + z * dY[i]
        db = db + dY[i]
    return np.stack(rows), dw, db


def jacobian_backward_diagonal(dY, cache):
    X, w, stats = cache
    D = X.shape[1]
    rows = []
    dw = np.zeros(D)
    db = np.zeros(D)
    for i in range(X.shape[0]):
        mu, sigma = stats[i]
        z = (X[i] - mu) / sigma
        J = (np.eye(D) - 1.0 / D - np.outer(z, z) / D) / sigma
        rows.append(np.diag(J) * w * dY[i])           # what x_j does to z_k is left out
        dw = dw + z * dY[i]
        db = db + dY[i]
    return np.array(rows), dw, db


def feature_forward(x, gamma, beta):
    N, D = x.shape
    y = np.empty((N, D))
    for j in range(D):
        col = x[:, j]
        y[:, j] = gamma[j] * (col - col.mean()) / (col.var() + 1e-5) ** 0.5 + beta[j]
    return y


def feature_backward(dy, x, gamma):
    N, D = x.shape
    dx = np.empty((N, D))
    dgamma, dbeta = np.empty(D), np.empty(D)
    for j in range(D):
        s = (x[:, j].var() + 1e-5) ** 0.5
        h = (x[:, j] - x[:, j].mean()) / s
        dgamma[j], dbeta[j] = dy[:, j].dot(h), dy[:, j].sum()
        dx[:, j] = gamma[j] / s * (dy[:, j] - dy[:, j].mean() - h * (dy[:, j] * h).mean())
    return dx, dgamma, dbeta


def feature_backward_constants(dy, x, gamma):
    N, D = x.shape
    dx = np.zeros((N, D))
    dgamma, dbeta = np.zeros(D), np.zeros(D)
    for j in range(D):
        s = np.sqrt(x[:, j].var() + 1e-5)
        h = (x[:, j] - x[:, j].mean()) / s
        dgamma[j] += (dy[:, j] * h).sum()
        dbeta[j] += dy[:, j].sum()
        dx[:, j] = dy[:, j] * gamma[j] / s            # mean and variance held fixed
    return dx, dgamma, dbeta
