"""Batch norm as a computation graph, one step a line; x: (N, D)."""
import numpy as np


def forward(x, gamma, beta, eps):
    N, D = x.shape
    # 1: mean
    mu = 1. / N * np.sum(x, axis=0)
    # 2: centre
    xmu = x - mu
    # 3: square
    carre = xmu ** 2
    # 4: variance
    var = 1. / N * np.sum(carre, axis=0)
    # 5: root
    sqrtvar = np.sqrt(var + eps)
    # 6: invert
    invvar = 1. / sqrtvar
    # 7: normalize
    va2 = xmu * invvar
    # 8, 9: scale and shift
    va3 = gamma * va2
    out = va3 + beta
    cache = (mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps)
    return out, cache


def backward(dout, cache):
    mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps = cache
    N, D = dout.shape
    # 9
    dva3 = dout
    dbeta = np.sum(dout, axis=0)
    # 8
    dva2 = gamma * dva3
    dgamma = np.sum(va2 * dva3, axis=0)
    # 7
    dxmu = invvar * dva2
    dinvvar = np.sum(xmu * dva2, axis=0)
    # 6
    dsqrtvar = -1. / (sqrtvar ** 2) * dinvvar
    # 5
    dvar = 0.5 * (var + eps) ** (-0.5) * dsqrtvar
    # 4
    dcarre = 1 / float(N) * np.ones((carre.shape)) * dvar
    # 3
    dxmu += 2 * xmu * dcarre
    # 2
    dx = dxmu
    dmu = - np.sum(dxmu, axis=0)
    # 1
    dx += 1 / float(N) * np.ones((dxmu.shape)) * dmu
    return dx, dgamma, dbeta


def backward_without_eps(dout, cache):
    mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(va2 * dout, axis=0)
    dva2 = dout * gamma
    dinvvar = np.sum(dva2 * xmu, axis=0)
    dxmu1 = dva2 * invvar
    dsqrtvar = -1. / var * dinvvar                    # var is not sqrtvar ** 2
    dvar = 0.5 * 1. / np.sqrt(var) * dsqrtvar
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    return dx1 + dx2, dgamma, dbeta


def backward_wrong_count(dout, cache):
    mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * va2, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * invvar
    dsqrtvar = -1. / (sqrtvar ** 2) * divar
    dvar = 0.5 / sqrtvar * dsqrtvar
    dsq = 1. / D * np.ones((N, D)) * dvar             # D features, but N samples were averaged
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dx1, axis=0)
    dx2 = 1. / D * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta


def backward_mean_is_constant(dout, cache):
    mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps = cache
    N, D = dout.shape
    dbeta = dout.sum(axis=0)
    dgamma = (dout * va2).sum(axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dsq = np.ones((N, D)) * dvar / N
    dx = dxhat * invvar + 2 * xmu * dsq               # the way through mu is missing
    return dx, dgamma, dbeta


def backward_sign(dout, cache):
    mu, xmu, carre, var, sqrtvar, invvar, va2, va3, gamma, beta, x, eps = cache
    N = x.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(va2 * dout, axis=0)
    dva2 = gamma * dout
    dxmu = invvar * dva2
    dinvvar = np.sum(xmu * dva2, axis=0)
    dsqrtvar = 1. / (sqrtvar ** 2) * dinvvar          # d(1/s) = -ds / s**2
    dvar = 0.5 * (var + eps) ** (-0.5) * dsqrtvar
    dxmu = dxmu + 2 * xmu / N * dvar
    dx = dxmu - np.mean(dxmu, axis=0)
    return dx, dgamma, dbeta
