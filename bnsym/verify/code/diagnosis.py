"""By which term a wrong gradient differs: hypotheses, each proved before it is named.  Written below."""

from __future__ import annotations

from bnsym.verify.code.claims import GradientClaim
from bnsym.verify.code.symbolic import Traced


def diagnose(traced: Traced, of: str, wanted: GradientClaim) -> str:
    """The name of the mistake, or nothing."""
    return ""
