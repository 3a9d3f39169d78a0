"""`python -m operate`: the command line `caretrail`."""

import os
import sys
import warnings
from io import TextIOWrapper

from operate.command_line import run


def main() -> None:
    """Carry out what was asked, and end the process."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # docs/adr/0003
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # and not None, as where it was closed
            # Chinese needs it and JSON demands it, whatever the terminal was told to be.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
