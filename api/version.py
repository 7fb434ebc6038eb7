"""The version of this release."""

VERSION = "0.1.0"
"""As in pyproject.toml: in a container there is no installed distribution that has it."""
