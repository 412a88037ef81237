"""A plugin for pytest: the checker with one fault, named in the environment, to see that tests notice it."""

import os

from bnsym.proof.trusted import facts, rules
from bnsym.proof.trusted.facts import Facts


def blind(*_):
    """Accept whatever is claimed."""


if os.environ["FAULT"] == "a sign is never in doubt":
    Facts.need = blind
elif os.environ["FAULT"] == "a rule accepts everything":
    rules.RULES["constant"] = blind
elif os.environ["FAULT"] == "sums of any sign are positive":
    facts._plus = lambda left, right: {1}
else:
    raise ValueError(os.environ["FAULT"])
