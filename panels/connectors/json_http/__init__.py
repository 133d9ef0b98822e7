"""Any company's own API over HTTP with JSON, configured by operators without code."""
