"""``python -m fluidgrad``: the same as ``fluidgrad``."""

from fluidgrad.cli import main

main()
