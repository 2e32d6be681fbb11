"""A mirror of each platform, read through a proxy that spoils what it carries."""

import shutil

import pytest

from etl import client
from proxy import before
from sites import STANDINS, Site


@pytest.fixture(params=STANDINS, scope="module")
def platform(request):
    return request.param


@pytest.fixture(scope="module")
def mirrored(platform, tmp_path_factory):
    """A stand-in at work, and a mirror of it."""
    standin, seed, _ = STANDINS[platform]
    folder = tmp_path_factory.mktemp("template")
    with standin() as server:
        seed.lively(server.state)
        Site(folder, platform, server, server).mirrored()
        yield server, folder / "mirror.db"


@pytest.fixture
def site(tmp_path, monkeypatch, platform, mirrored):
    """A mirror of the platform as it is now, ready for something to go wrong."""
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.chdir(tmp_path)
    server, mirror = mirrored
    with before(server) as proxy:
        shutil.copy(mirror, tmp_path / "mirror.db")
        yield Site(tmp_path, platform, server, proxy)
