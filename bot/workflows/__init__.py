"""What happens, durably.

`retrieval.py`, `packaging.py` and `renewal.py` are the workflows and read like a paragraph each;
each sentence is a durable step, a method of one of the other files. What they need from the
outside is handed in by `bot.wiring`.
"""
