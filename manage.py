#!/usr/bin/env python
"""The product's command line, in a checkout."""

from voxysapps.__main__ import main

if __name__ == "__main__":
    main()
