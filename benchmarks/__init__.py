"""One file per claim; each prints what it measured and whether the claim holds."""
