"""The sites of the faults' tests, to be asked for what they must not give away."""

from pathlib import Path

import pytest

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
