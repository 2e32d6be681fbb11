"""One account, empty, whose clock stands still."""

import pytest

from accounts import Account
from etl.platforms.qianfan import marked, reading, resuming, walks


@pytest.fixture
def account():
    with Account() as account:
        yield account
        assert account.forbidden == []
        assert account.replays == []


@pytest.fixture
def short(monkeypatch):
    """Let lists be long that have more than so many rows."""

    def make(rows):
        for module in (reading, marked, walks):
            monkeypatch.setattr(module, "SHORT", rows)

    return make


@pytest.fixture
def few_open(monkeypatch):
    """Remember no more than so many records under way."""

    def make(rows):
        for module in (reading, walks):
            monkeypatch.setattr(module, "MOST_OPEN", rows)

    return make


@pytest.fixture
def noted(monkeypatch):
    """Note the place in a first reading every so many pages."""
    return lambda pages: monkeypatch.setattr(resuming, "EVERY", pages)
