"""Pre-flight: whether everything an account needs works, and what to do about what does not."""
