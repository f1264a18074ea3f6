"""What the paper is divided into, what a story is to the gate, and what is sold."""
