"""Letters to readers about what they pay: which is due, what it says, sending it once."""
