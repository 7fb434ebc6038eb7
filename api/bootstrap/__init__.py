"""The composition root: settings in, one frozen container out. The only package that knows the adapters.

`container.build` makes a serving process, `core.open_core` what a command needs; any part of either can be replaced by
its name. See parts.py for how parts are made, core.py and container.py for which there are and in which order they run.
Nothing is imported here, so that a command loads none of what serves.
"""
