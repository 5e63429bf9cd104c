"""How the tables came about, step by step. Run by `bot.store.migrate`, never by hand."""
