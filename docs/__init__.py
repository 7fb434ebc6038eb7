"""The documentation: pages in Markdown, and the programs that build a site of them."""
