"""What the C says is read back and proved; an edited formula is refused, whatever else stays."""

import re
from dataclasses import replace

import pytest
from compiled import ALL, source

from bnsym.errors import InternalError
from bnsym.kernels.c.reading import Reader
from bnsym.kernels.c.schedule import as_function
from bnsym.kernels.promises import keep, promises

# layers whose sums no pass over rows or channels alone can do: their steps are carried out as they stand
WITHOUT_FAST_FORM = {"both_directions", "roots_summed"}


@pytest.mark.parametrize("name", ALL)
def test_every_claim_is_proved_of_the_printed_formulas(name):
    made = source(name)
    wanted = [p.name for p in made.plan.promises if "update_running_stats" not in p.name]
    assert set(wanted) <= set(made.theorems)
    fast = {function for function, found in made.schedules.items() if found is not None}
    assert fast == (set() if name in WITHOUT_FAST_FORM else {"forward", "backward", "inference"})


def proved(made, text):
    """Raise unless all that the text says is proved."""
    functions = [
        as_function(own, Reader(made.layer, own, made.names, text).definitions())
        for own in made.schedules.values()
    ]
    for promise in promises(made.layer, functions, made.plan.upstream):
        keep(promise)


def formula_lines(text):
    """Where the formulas of float32 and the macros stand."""
    macros = re.finditer(r"^#define (?:FORWARD|BACKWARD|INFERENCE)_\w+\([^()]*\) (.*)$", text, re.M)
    lines = re.finditer(r"^ +const double (?!centre)\w+ = ([^;]*);$", text, re.M)
    inside = [m for m in lines if "/* formulas */" in text[: m.start()]]
    sections = [
        (m.start(), m.end()) for m in re.finditer(r"/\* formulas \*/.*?/\* end of formulas \*/", text, re.S)
    ]
    return [*macros, *(m for m in inside if any(a < m.start() < b for a, b in sections))]


def edits(expression):
    """Each operator and name changed, one at a time."""
    for found in re.finditer(r" [-+*/] ", expression):
        for other in "+-*/":
            if other != found[0].strip():
                yield expression[: found.start()] + f" {other} " + expression[found.end() :]
    for found in re.finditer(r"\b[a-z]\w*\b(?!\()", expression):
        yield expression[: found.start()] + f"({found[0]} + {found[0]})" + expression[found.end() :]


def both_types(text, match, new):
    """The same line changed in the passes of each type, as a wrong printer would."""
    line = match[0]
    changed = line.replace(match[1], new)
    if line.startswith("#define"):
        return text.replace(line, changed)
    function = re.findall(r"^static int (\w+)_f(?:32|64)\(", text[: match.start()], re.M)[-1]
    pieces = re.split(rf"(?m)(^static int {function}_f(?:32|64)\()", text)
    return pieces[0] + "".join(
        head + body.replace(line, changed, 1) for head, body in zip(pieces[1::2], pieces[2::2], strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["batch_norm", "layer_norm"])
def test_every_edited_formula_is_refused(name):
    made = source(name)
    proved(made, made.text)
    count = 0
    for match in formula_lines(made.text):
        for new in edits(match[1]):
            text = both_types(made.text, match, new)
            if text == made.text:
                continue
            count += 1
            with pytest.raises(InternalError):
                proved(made, text)
    assert count > 100


SOME = [
    ("var", "sum_1 / N - (sum_0", "sum_1 / N + (sum_0"),
    ("the shift", "sum_0 / N + shift", "sum_0 / N - shift"),
    ("eps", "sqrt(eps + var)", "sqrt(var)"),
    ("the low part", "beta - gamma * inv_std * low", "beta + gamma * inv_std * low"),
    ("the projection", "inv_std * normalized_coefficient", "normalized_coefficient"),
    ("the square", "(deviation * deviation)", "(deviation + deviation)"),
    ("the output", "coefficient_0 * deviation + coefficient_1", "coefficient_1 * deviation + coefficient_1"),
]


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in SOME], ids=[row[0] for row in SOME])
def test_a_wrong_formula_is_refused(old, new):
    made = source("batch_norm")
    assert old in made.text
    with pytest.raises(InternalError):
        proved(made, made.text.replace(old, new))


REFUSED = [
    ("another name", "const double mean = sum_0 / N + shift;", "const double mean = sum_0 / N + elsewhere;"),
    ("a call", "sqrt(eps + var)", "cosh(eps + var)"),
    ("a quotient of integers", "sum_0 / N + shift", "sum_0 / N + 1 / 2 * shift"),
    ("a power", "sum_0 / N + shift", "sum_0 / N ** 2 + shift"),
    ("a line more", "const double mean =", "const double more = shift;\n        const double mean ="),
    ("a line less", "        const double var = sum_1 / N - (sum_0 * sum_0) / (N * N);\n", ""),
    ("a statement", "const double mean =", "shift = 0;\n        const double mean ="),
    ("a use of other variables", "sum_0[u] += FORWARD_SUM_0(deviation)", "sum_0[u] += FORWARD_SUM_0(near)"),
    ("a second definition", "#define FORWARD_SUM_0(", "#define FORWARD_SUM_0(x) (x)\n#define FORWARD_SUM_0("),
]


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_outside_the_grammar_is_refused(old, new):
    made = source("batch_norm")
    assert old in made.text
    with pytest.raises(InternalError):
        proved(made, made.text.replace(old, new))


def test_types_that_differ_are_refused():
    made = source("batch_norm")
    with pytest.raises(InternalError, match="differs between types"):
        proved(made, made.text.replace("sum_0 / N + shift", "shift + sum_0 / N", 1))


def test_the_same_plan_gives_the_same_bytes():
    made = source("batch_norm")
    again = replace(made)
    assert again.text == made.text
    assert again.module == made.module
