"""Print the shell command that README.md gives under a marker: `<!-- command: NAME -->`, then a fenced block.

Usage: python3 .ci/readme_command.py NAME [README.md]
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"<!-- command: (?P<name>\w+) -->\s*```sh\n(?P<text>.*?)\n```", re.DOTALL)


def commands(readme: str) -> dict[str, str]:
    """Every marked command of a README's text, by name."""
    return {block["name"]: block["text"].strip() for block in BLOCK.finditer(readme)}


def main(name: str, path: str = "README.md") -> int:
    """Print one command; 2 if there is none of that name."""
    known = commands(Path(path).read_text(encoding="utf-8"))
    if name not in known:
        print(f"{path} marks no command {name!r}; it marks {sorted(known)}", file=sys.stderr)
        return 2
    print(known[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
