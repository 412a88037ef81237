"""The theorems that Coq does not check, and why.  A test keeps the table exact."""

NOT_CHECKED: dict[tuple[str, str], str] = {}
