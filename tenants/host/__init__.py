"""The host's REST API, as host-contract 3 has it."""
