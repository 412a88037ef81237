"""The variable of a Python loop over a symbolic size."""

from __future__ import annotations

from typing import Any

from bnsym.terms.nodes import Index
from bnsym.tracing.sizes import Dim
from bnsym.tracing.trouble import SymbolicLoopError


class Place:
    """A loop's variable: a general place of a size.  It may stand in brackets and nowhere else."""

    __array_ufunc__ = None

    def __init__(self, index: Index, dim: Dim) -> None:
        self.index = index
        self.dim = dim

    def refuse(self, *args: Any, **options: Any) -> Any:
        """Any other use needs a number."""
        raise SymbolicLoopError("the loop's variable is used as a number", self.dim.names)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __index__ = refuse
    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __float__ = __hash__ = refuse
    __eq__ = __ne__ = refuse
