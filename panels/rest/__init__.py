"""The REST API's resources of panels: connections, placements, and what is installed."""
