"""`python -m serve`: the minwon command, where the console script is not on the path."""

import sys

from serve.cli import main

sys.exit(main())
