"""Who may see what: confirmation of what the host posted."""
