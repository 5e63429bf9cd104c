"""sast-source: the generated source code of an OutSystems application, from one line in Slack.

Where things are, lowest floor first; each imports only lower ones, and CI checks it:

    errors, clock, log, metrics   what everything may use
    domain/                       values and rules; no I/O
    settings, config_file,        what the bot is told from outside
    variables, environment
    ports                         what the inside needs of the outside, in our words
    platforms/  store/  slack/    the outside: LifeTime and ODC, the database, Slack,
    links/      workflows/          downloads, and what happens, durably
    service                       what people can ask for
    handlers/, web                the ways in
    wiring, app                   the composition root
    cli/                          one file or folder per command
    sandbox/                      a pretend LifeTime, ODC and Slack; knows nothing of the rest

Read these five first: bot/ports/, bot/domain/retrieval.py, bot/workflows/retrieval.py,
bot/slack/card_view.py, handlers/__init__.py.
"""
