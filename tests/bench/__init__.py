"""How fast the pages are, next to a bare Django application served in the same way.

`python -m tests.bench` measures; see README.md. Nothing here is timed by pytest.
"""
