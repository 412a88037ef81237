"""python -m bnsym.proof.trusted FILE...: replays certificates; exit code 0, 4 (invalid), 2 (unreadable)."""

import sys
from pathlib import Path

from bnsym.proof.trusted.checker import Unreadable, check_text
from bnsym.proof.trusted.formula import Refused


def main(names: list[str]) -> int:
    """Replay each file, a line for each; the worst exit code."""
    worst = 0 if names else 2
    for name in names:
        try:
            line = f"valid: {check_text(Path(name).read_bytes())!a}"
        except Refused as error:
            worst, line = 4, f"INVALID: {error!a}"
        except (Unreadable, OSError) as error:
            worst, line = max(worst, 2), f"unreadable: {error!a}"
        print(f"{name!a}: {line}")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
