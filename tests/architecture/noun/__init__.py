"""A noun that is added to a copy of the project by CONTRIBUTING.md's recipe: its five files (`new/`) and the listing lines."""
