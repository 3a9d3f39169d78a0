"""`python -m operate`: the command line `caretrail`."""

import os
import sys

from operate.command_line import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
