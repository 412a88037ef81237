"""The text form of terms: what messages, tables, headers and certificates show."""

from __future__ import annotations

from fractions import Fraction

from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Partial,
    Power,
    Size,
    Sum,
    Symbol,
    Term,
    mul,
    number,
)

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a text holds together


def text(term: Term) -> str:
    """One line, in Python's notation, with `sum(body, i=1..m)` for a sum."""
    return _text(term)[0]


def definition_text(definition: Definition) -> str:
    """`mean[c] = sum(x[n, c], n=1..N)/N`."""
    return f"{text(definition.entry)} = {text(definition.body)}"


def _held(term: Term, least: int) -> str:
    written, tightness = _text(term)
    return written if tightness >= least else f"({written})"


def _text(term: Term) -> tuple[str, int]:
    match term:
        case Number(value):
            return str(value), _ATOM if value.denominator == 1 and value >= 0 else _SUM
        case Symbol(name) | Size(name) | Index(name):
            return name, _ATOM
        case Entry(tensor, indices):
            return tensor.name + (f"[{', '.join(map(text, indices))}]" if indices else ""), _ATOM
        case Add(terms):
            return _add(terms), _SUM
        case Mul(factors):
            return _mul(factors)
        case Power(base, exponent):
            return _power(base, exponent)
        case Sum(index, body):
            return f"sum({text(body)}, {index.name}={text(index.low)}..{text(index.high)})", _ATOM
        case Delta(left, right):
            return f"delta({text(left)}, {text(right)})", _ATOM
        case Partial(body, wrt):
            return f"d({text(body)})/d({text(wrt)})", _ATOM
    raise TypeError(type(term).__name__)


def _add(terms: tuple[Term, ...]) -> str:
    out = ""
    for part in terms:
        sign, rest = _split_sign(part)
        written = _held(rest, _PRODUCT)
        out += f" {sign} {written}" if out else ("-" if sign == "-" else "") + written
    return out or "0"


def _split_sign(term: Term) -> tuple[str, Term]:
    """A leading minus, and the term without it."""
    if isinstance(term, Number) and term.value < 0:
        return "-", number(-term.value)
    if isinstance(term, Mul) and isinstance(term.factors[0], Number) and term.factors[0].value < 0:
        return "-", mul(number(-term.factors[0].value), *term.factors[1:])
    return "+", term


def _mul(factors: tuple[Term, ...]) -> tuple[str, int]:
    sign, rest = _split_sign(Mul(factors))
    factors = rest.factors if isinstance(rest, Mul) else (rest,)
    above = [factor for factor in factors if not _is_below(factor)]
    below = [_inverted(factor) for factor in factors if _is_below(factor)]
    top = "*".join(_held(factor, _POWER) for factor in above) or "1"
    bottom = "*".join(_held(factor, _POWER) for factor in below)
    bottom = f"({bottom})" if len(below) > 1 else bottom
    written = f"{top}/{bottom}" if below else top
    return ("-" + written, _SUM) if sign == "-" else (written, _PRODUCT)


def _is_below(factor: Term) -> bool:
    return isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0


def _inverted(factor: Term) -> Term:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        exponent = -factor.exponent.value
        return factor.base if exponent == 1 else Power(factor.base, number(exponent))
    return factor


def _power(base: Term, exponent: Term) -> tuple[str, int]:
    if isinstance(exponent, Number) and exponent.value < 0:
        return f"1/{_held(_inverted(Power(base, exponent)), _POWER)}", _PRODUCT
    if exponent is number(Fraction(1, 2)):
        return f"sqrt({text(base)})", _ATOM
    return f"{_held(base, _ATOM)}**{_held(exponent, _ATOM)}", _POWER
