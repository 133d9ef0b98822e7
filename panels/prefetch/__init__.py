"""Prefetch: the data of customers who will be looked at, fetched before anybody looks.

`planning` takes hints (webhooks, open conversations) and writes down what is wanted (`backlog`); `fetching`
asks the host who the customer is and the connections about them; `tasks` are Celery's.
"""
