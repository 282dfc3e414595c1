"""Starts the explorer: `python3 -S -s -B run.py REQUEST.json`. See packmill_probe/request.py for what a request says.

Standard library only, Python 3.9 and newer. Exit status: 0 when at least one top-level was explored, 1 when none was,
2 for a request that cannot be read.
"""

import sys

# The folder of this file is in the path for our own modules alone; what is explored must not see it.
from packmill_probe import supervisor

sys.path[:] = [entry for entry in sys.path if entry != sys.path[0]]

if __name__ == "__main__":
    sys.exit(supervisor.main(sys.argv[1:]))
