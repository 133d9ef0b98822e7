import sys

from voxysapps.embedded.supervisor import main

sys.exit(main())
