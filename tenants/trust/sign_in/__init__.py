"""Agent sign-in: a one-time code by mail, or a private note in the conversation."""
