"""Prefetch: the data of customers who will be looked at, fetched and rendered before anybody looks.

`planning` takes hints (webhooks, open conversations) and writes down what is wanted (`backlog`); `fetching`
asks the host who the customer is and the connections about them; `rendering` makes of it what those will see
who look at the account's tabs (`viewers`); `tasks` are Celery's.
"""
