"""What `benchmarks.prepare` makes; apart from it, since that needs the product's environment."""

ROWS = 20
HOOK_SECRET = "a secret of the host, for measuring only"  # noqa: S105 - nobody's
