"""The door for machines: what the web pages do, through the same domain calls."""
