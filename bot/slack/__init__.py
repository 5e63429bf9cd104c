"""Slack out: everything that the bot shows and says there, and its connection to it.

Read `publisher.py` first: it is `bot.ports.Messenger`, and all that is said goes through it.
`*_view.py` draw a state as a `Message` and send nothing; `poster.py` posts and updates messages,
`probe.py` looks for one whose posting was uncertain, `keeper.py` keeps those true that stand. Below
them `calls.py` makes one call within `budgets.py`, and `codes.py` says what Slack's codes mean.
`answering.py` and `uploads.py` use addresses that Slack gave. `bolt.py` and `socket_mode.py` are
the way in; what people type and click is handled in the package `handlers`.
"""
