"""`python -m bnsym` is the command `bnsym`."""

from bnsym.cli import main

if __name__ == "__main__":
    main()
