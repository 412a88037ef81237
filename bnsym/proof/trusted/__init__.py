"""What must be believed: the term reader, the rules, the replay.  Standard library only.

Nothing here imports anything of bnsym outside this folder; `python -I` can run it where neither SymPy nor
NumPy is installed.  The prover's normal form is not used, known or trusted.
"""
