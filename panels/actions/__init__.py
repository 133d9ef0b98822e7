"""Actions: what an agent may do in a panel besides looking.

`base` is what a plugin declares; `views` answers the page; `services` writes down what is to be done, once for
every press of a button; `running` does it in a worker; `tasks` are Celery's; `markup` is the form in the panel.
"""
