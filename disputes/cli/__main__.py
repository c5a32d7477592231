"""`python -m disputes.cli` is the same as `disputes`."""

from disputes.cli import main

main(prog_name="disputes")
