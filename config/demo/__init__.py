"""The demonstration: an invented town's newspaper, with readers in every state."""
