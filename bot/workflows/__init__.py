"""What happens, durably.

`retrieval.py` and `packaging.py` are the two workflows and read like a paragraph each; a step of
theirs is one method of `steps`. What they need from the outside is handed in by `bot.app`.
"""
