"""A noun that is added in a copy of the tree, as CONTRIBUTING.md tells it: its five files (`new/`) and the lines that list it."""
