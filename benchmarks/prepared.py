"""What `benchmarks.prepare` makes; apart from it, since that needs the product's environment."""

ROWS = 20
