"""What helps who writes panels: what happened behind a tab, faults of systems, and code that is always the newest."""
