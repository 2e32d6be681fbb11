from mirror import *
from recordings import ALL
import pytest
@pytest.mark.parametrize("r", ALL, ids=str)
def test_r(session, r):
    c = commit(session, r.stream, *r.records, part=r.part)
    assert c.rejected == 0
    assert c.inserted
def test_start(session):
    pass
