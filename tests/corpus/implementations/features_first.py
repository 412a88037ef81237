"""Samples in columns: Z is (n, m)."""
import numpy as np

EPSILON = 1e-8


def batch_norm_forward(Z, gamma, beta):
    """Z: (n, m), gamma, beta: (n, 1)."""
    m = Z.shape[1]
    mu = np.sum(Z, axis=1, keepdims=True) / m
    Z_centered = Z - mu
    sigma2 = np.sum(np.square(Z_centered), axis=1, keepdims=True) / m
    Z_norm = Z_centered / np.sqrt(sigma2 + EPSILON)
    Z_tilde = np.multiply(gamma, Z_norm) + beta
    cache = {"Z_centered": Z_centered, "Z_norm": Z_norm, "sigma2": sigma2, "gamma": gamma, "m": m}
    return Z_tilde, cache


def batch_norm_backward(dZ_tilde, cache):
    m = cache["m"]
    dgamma = np.sum(dZ_tilde * cache["Z_norm"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    dZ_norm = np.multiply(dZ_tilde, cache["gamma"])
    istd = 1 / np.sqrt(cache["sigma2"] + EPSILON)
    dsigma2 = np.sum(dZ_norm * cache["Z_centered"], axis=1, keepdims=True) * (-1 / 2) * istd ** 3
    dmu = np.sum(dZ_norm * -istd, axis=1, keepdims=True)   # the sum of Z_centered is zero
    dZ = dZ_norm * istd + dsigma2 * 2 * cache["Z_centered"] / m + dmu / m
    grads = {"dZ": dZ, "dgamma": dgamma, "dbeta": dbeta}
    return grads


def batch_norm_backward_n(dZ_tilde, cache):
    n = cache["Z_norm"].shape[0]
    dgamma = np.sum(dZ_tilde * cache["Z_norm"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    dZ_norm = np.multiply(dZ_tilde, cache["gamma"])
    istd = 1 / np.sqrt(cache["sigma2"] + EPSILON)
    dZ = istd / n * (n * dZ_norm - np.sum(dZ_norm, axis=1, keepdims=True)
                     - cache["Z_norm"] * np.sum(dZ_norm * cache["Z_norm"], axis=1, keepdims=True))
    return {"dZ": dZ, "dgamma": dgamma, "dbeta": dbeta}


def batch_norm_backward_eps_outside(dZ_tilde, cache):
    m = cache["m"]
    dgamma = np.sum(dZ_tilde * cache["Z_norm"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    dZ_norm = np.multiply(dZ_tilde, cache["gamma"])
    istd = 1 / (np.sqrt(cache["sigma2"]) + EPSILON)
    dZ = istd / m * (m * dZ_norm - np.sum(dZ_norm, axis=1, keepdims=True)
                     - cache["Z_norm"] * np.sum(dZ_norm * cache["Z_norm"], axis=1, keepdims=True))
    return {"dZ": dZ, "dgamma": dgamma, "dbeta": dbeta}


class BatchNorm1d:
    """Homework: everything by matrix products with columns of ones."""

    def __init__(self, num_features, alpha=0.9):
        self.alpha = alpha
        self.eps = 1e-8
        self.BW = np.ones((1, num_features))
        self.Bb = np.zeros((1, num_features))
        self.dLdBW = np.zeros((1, num_features))
        self.dLdBb = np.zeros((1, num_features))
        self.running_M = np.zeros((1, num_features))
        self.running_V = np.ones((1, num_features))

    def forward(self, Z, eval=False):
        self.Z = Z
        self.N = Z.shape[0]
        ones = np.ones((self.N, 1))
        if eval:
            NZ = (Z - self.running_M) / np.sqrt(self.running_V + self.eps)
            return self.BW * NZ + self.Bb
        self.M = ones.T @ Z / self.N
        self.V = ones.T @ ((Z - ones @ self.M) ** 2) / self.N
        self.NZ = (Z - ones @ self.M) / np.sqrt(ones @ self.V + self.eps)
        self.BZ = (ones @ self.BW) * self.NZ + ones @ self.Bb
        self.running_M = self.alpha * self.running_M + (1 - self.alpha) * self.M
        self.running_V = self.alpha * self.running_V + (1 - self.alpha) * self.V
        return self.BZ

    def backward(self, dLdBZ):
        self.dLdBW = np.sum(dLdBZ * self.NZ, axis=0).reshape(1, -1)
        self.dLdBb = np.sum(dLdBZ, axis=0).reshape(1, -1)
        dLdNZ = dLdBZ * self.BW
        dLdV = -0.5 * np.sum(dLdNZ * (self.Z - self.M) * (self.V + self.eps) ** (-3 / 2), axis=0)
        dNZdM = -(self.V + self.eps) ** -0.5 \
            - 0.5 * (self.Z - self.M) * (self.V + self.eps) ** -1.5 * (-2 / self.N * np.sum(self.Z - self.M, axis=0))
        dLdM = np.sum(dLdNZ * dNZdM, axis=0)
        dLdZ = dLdNZ * (self.V + self.eps) ** -0.5 + dLdV * (2 / self.N * (self.Z - self.M)) + dLdM / self.N
        return dLdZ


class BatchNorm1dHalfPower(BatchNorm1d):
    def backward(self, dLdBZ):
        self.dLdBW = np.sum(dLdBZ * self.NZ, axis=0, keepdims=True)
        self.dLdBb = np.sum(dLdBZ, axis=0, keepdims=True)
        dLdNZ = dLdBZ * self.BW
        dLdV = -0.5 * np.sum(dLdNZ * (self.Z - self.M) * (self.V + self.eps) ** (-1 / 2), axis=0)   # -3/2
        dLdM = -np.sum(dLdNZ * (self.V + self.eps) ** -0.5, axis=0)
        return dLdNZ * (self.V + self.eps) ** -0.5 + dLdV * (2 / self.N * (self.Z - self.M)) + dLdM / self.N


def projection_forward(X, gamma, beta, eps=1e-5):
    """Centring as a matrix; X: (m, n)."""
    m = X.shape[0]
    P = np.identity(m) - np.full((m, m), 1.0 / m)
    Xc = np.dot(P, X)
    s = np.sqrt(np.diag(np.dot(Xc.T, Xc)) / m + eps)
    Xn = Xc / s
    return Xn * gamma + beta, (P, Xn, s, gamma)


def projection_backward(G, cache):
    P, Xn, s, gamma = cache
    m = Xn.shape[0]
    dXn = G * gamma
    along = np.einsum("ij,ij->j", Xn, dXn)
    dX = (np.matmul(P, dXn) - Xn * along / m) / s
    return dX, np.diag(np.matmul(Xn.T, G)), np.ones(m) @ G


def projection_backward_unprojected(G, cache):
    P, Xn, s, gamma = cache
    dX = np.matmul(P, G * gamma) / s                  # centred, but the variance is held fixed
    return dX, np.diag(np.matmul(Xn.T, G)), np.ones(G.shape[0]) @ G
