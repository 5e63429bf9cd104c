"""Values and rules: no I/O, no Slack, no clock of its own."""
