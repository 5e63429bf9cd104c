"""`sast-source fetch`: the retrieval without Slack and without the durable engine."""
