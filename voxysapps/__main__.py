"""The product's command line: `voxysapps` where it is installed, `manage.py` in a checkout."""

import os
import sys

# They write a package into the current folder, and leave nothing else there.
_WITHOUT_DATABASE = {"startpanel", "startconnector"}


def main() -> None:
    """Do what the arguments of this process ask for; exits with the command's code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxysapps.settings")
    if _WITHOUT_DATABASE.intersection(sys.argv[1:2]):
        os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the lines above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
