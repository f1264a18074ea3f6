"""What is kept about a reader: seeing it, taking it along, having it erased."""
