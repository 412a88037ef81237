"""Ways of being called that many implementations share."""

from __future__ import annotations

from corpus.entry import Entry, Positive, Size

EPS = Positive("eps")
ND, D = ("N", "D"), ("D",)
NCHW, NHWC, C = ("N", "C", "H", "W"), ("N", "H", "W", "C"), ("C",)
C11 = ("1", "C", "1", "1")
FIXED_C, FIXED_N, FIXED_D = {"C": 2}, {"N": 3}, {"D": 3}


def cached(file: str, forward: str, backward: str, style: str, **changes: object) -> Entry:
    """forward(x, gamma, beta, eps) -> out, cache;  backward(dout, cache) -> dx, dgamma, dbeta."""
    given: dict[str, object] = {
        "name": f"{file}:{backward}",
        "arguments": {"x": ND, "gamma": D, "beta": D, "eps": EPS},
        "gradients": {"x": "result[0]", "gamma": "result[1]", "beta": "result[2]"},
        "hands": {"dout": "upstream", "cache": "result[1]"},
        "output": "result[0]",
    }
    return Entry(file=f"{file}.py", forward=forward, backward=backward, style=style, **(given | changes))


def stateful(file: str, owner: str, style: str, **changes: object) -> Entry:
    """Owner(D, eps).forward(x) -> out;  .backward(grad) -> dx, and self.dgamma, self.dbeta."""
    given: dict[str, object] = {
        "name": f"{file}:{owner}",
        "arguments": {"x": ND},
        "construct": {"num_features": Size("D"), "eps": EPS},
        "state": {"self.gamma": D, "self.beta": D},
        "gradients": {"x": "result", "self.gamma": "self.dgamma", "self.beta": "self.dbeta"},
        "hands": {"grad": "upstream"},
    }
    return Entry(
        file=f"{file}.py",
        forward=f"{owner}.forward",
        backward=f"{owner}.backward",
        style=style,
        **(given | changes),
    )


def alone(forward: str, layer: str, **changes: object) -> Entry:
    """forward(x, gamma, beta, eps) -> out, held against a layer of the catalogue."""
    given: dict[str, object] = {
        "name": f"forwards:{forward}",
        "arguments": {"x": ND, "gamma": D, "beta": D, "eps": EPS},
        "gradients": {"output": "result"},
        "hands": {},
        "against": layer,
    }
    return Entry(file="forwards.py", forward=forward, backward="", style="forward alone", **(given | changes))


def course(backward: str, style: str, forward: str = "batchnorm_forward", **changes: object) -> Entry:
    """forward(x, gamma, beta, bn_param), as in a course's exercises."""
    spatial = "spatial" in forward
    given: dict[str, object] = {
        "arguments": {
            "x": NCHW if spatial else ND,
            "gamma": C if spatial else D,
            "beta": C if spatial else D,
            "bn_param": {"mode": "train", "eps": EPS},
        },
        "layout": "NCHW" if spatial else "NC",
    }
    return cached("course", forward, backward, style, **(given | changes))
