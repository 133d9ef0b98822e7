"""Never ends, and eats what time there is."""

while True:
    pass
