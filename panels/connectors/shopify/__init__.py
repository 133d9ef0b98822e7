"""Shopify: customers, orders and payments of one shop, through its Admin GraphQL API."""
