"""The operators' REST API: who may ask, what every resource has in common, and accounts with what is theirs."""
