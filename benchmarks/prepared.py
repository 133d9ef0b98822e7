"""What is prepared; apart from what prepares it, since that needs the product's environment."""

ROWS = 20
PANELS = ("customer", "orders", "payments")
# The other account, as the host numbers it.
FLOOD = 5
HOOK_SECRET = "a secret of the host, for measuring only"  # noqa: S105 - nobody's
