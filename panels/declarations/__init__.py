"""Accounts as a file describes them: read, compared with what is stored, and made so."""
