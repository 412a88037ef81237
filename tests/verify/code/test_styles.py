"""Styles of public code, verified as they stand: all that explains them is their names."""

import pytest

from bnsym.verify.code.api import Request, verify_targets

RENEWED = '''
class Norm:
    """Statistics are attributes from the start, and get gradients of their own."""

    def __init__(self, width):
        self.eps = 1e-8
        self.mean, self.var = np.zeros((1, width)), np.ones((1, width))
        self.gamma, self.beta = np.ones((1, width)), np.zeros((1, width))

    def forward(self, x):
        self.mean = x.mean(axis=0, keepdims=True)
        self.var = x.var(axis=0, keepdims=True)
        self.x = x
        self.hat = (x - self.mean) / np.sqrt(self.var + self.eps)
        return self.hat * self.gamma + self.beta

    def backward(self, delta):
        m, root = delta.shape[0], np.sqrt(self.var + self.eps)
        self.dgamma = (delta * self.hat).sum(axis=0, keepdims=True)
        self.dbeta = delta.sum(axis=0, keepdims=True)
        dhat = delta * self.gamma
        self.dvar = (-0.5 * dhat * (self.x - self.mean) / root**3).sum(axis=0, keepdims=True)
        self.dmean = -(dhat / root).sum(axis=0, keepdims=True)
        return dhat / root + self.dvar * 2 * (self.x - self.mean) / m + self.dmean / m
'''

STYLES = {
    "renewed statistics": (RENEWED, {"x": "proved", "self.gamma": "proved", "self.beta": "proved"}),
}


def words(folder, source):
    file = folder / "norm.py"
    file.write_text("import numpy as np\n" + source, encoding="utf-8")
    return {verdict.of: verdict.word for verdict in verify_targets([str(file)], Request())}


@pytest.mark.parametrize("style", STYLES)
def test_style(style, tmp_path):
    source, due = STYLES[style]
    assert words(tmp_path, source) == due
