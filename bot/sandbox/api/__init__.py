"""What the pretend platforms' APIs have in common: a journal, faults, and how a call is attended.

Nothing here knows one platform from the other, nor what its calls mean.
"""
