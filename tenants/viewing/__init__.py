"""View records: who saw which customer's data, when, through which panels."""
