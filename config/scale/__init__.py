"""A newspaper of a given size: rows that pages and screens are tried and measured on."""
