"""`python -m api` is `rollcall`, where the package is not installed."""

from api.cli.main import main

main()
