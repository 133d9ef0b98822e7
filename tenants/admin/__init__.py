"""The Django admin of accounts, and of what belongs to them: a module for each page or list.

`base` is what all lists have in common, `account_pages` and `steps` what pages about one account have. `panels` puts
its own parts into `accounts` and `dashboard_apps`.
"""

from tenants.admin import accounts, audit, dashboard_apps, operators, sessions, users, viewing  # noqa: F401 - register
