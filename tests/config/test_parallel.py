import pytest

from tests.config.parallel import database_of


@pytest.mark.parametrize(
    ("process", "url", "its_own"),
    [
        ("gw0", "redis://127.0.0.1:6379/10", "redis://127.0.0.1:6379/10"),
        ("gw1", "redis://127.0.0.1:6379/10", "redis://127.0.0.1:6379/11"),
        ("gw2", "redis://:secret@redis", "redis://:secret@redis/2"),
    ],
)
def test_no_two_processes_share_a_database(process: str, url: str, its_own: str) -> None:
    assert database_of(process, url) == its_own
