"""What is measured: shapes as in the issue's table, and the operations on each."""

from __future__ import annotations

from dataclasses import dataclass

OPERATIONS = ("forward", "inference", "backward")


@dataclass(frozen=True)
class Case:
    """A layer on an input of this shape, with the channels on this axis."""

    layer: str
    shape: tuple[int, ...]
    axis: int = 1

    @property
    def name(self) -> str:
        """Short, as in the tables."""
        kind = "ln" if self.layer == "layer_norm" else "nhwc" if self.axis == -1 else "nchw"
        kind = "nc" if len(self.shape) == 2 and kind == "nchw" else kind
        return kind + "x".join(map(str, self.shape))

    @property
    def operations(self) -> tuple[str, ...]:
        """Layer norm computes the same in inference as in training."""
        return OPERATIONS if self.layer == "batch_norm" else ("forward", "backward")


CASES = (
    Case("batch_norm", (4096, 1024)),
    Case("batch_norm", (256, 64)),
    Case("batch_norm", (32, 64, 56, 56)),
    Case("batch_norm", (32, 256, 14, 14)),
    Case("batch_norm", (8, 3, 224, 224)),
    Case("batch_norm", (256, 512, 1, 1)),
    Case("batch_norm", (32, 56, 56, 64), -1),
    Case("layer_norm", (4096, 1024), -1),
    Case("layer_norm", (512, 768), -1),
)
LARGE = ("nc4096x1024", "nchw32x64x56x56", "nhwc32x56x56x64", "ln4096x1024")
BY_NAME = {case.name: case for case in CASES}
