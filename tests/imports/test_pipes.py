"""A pipe that died before its first batch leaves the next one free."""

import pytest

from importer import Died


def test_a_pipe_that_failed_before_anything_was_read_leaves_the_next_one_free(site, images, jsonl):
    code, said = site.put("-", "--key", "n", stdin="5\n")
    assert (code, said["unfinished"], site.imported("--resume")) == (2, 0, {})
    assert site.imported("-", stdin=jsonl(images(2))) == {"created": 2}
    assert site.imported("--resume") == {}


@pytest.fixture
def died_unsent(site, images, jsonl, monkeypatch):
    """Pipe to a run that dies before its first batch."""

    def die(*_, **__):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("etl.imports.journal.Journal.prepare", die)
        with pytest.raises(Died):
            site.put("-", stdin=jsonl(images(7)))


@pytest.mark.usefixtures("died_unsent")
def test_a_pipe_that_died_before_its_first_batch_is_said_to_be_unsent(site):
    code, said = site.put("--resume")
    assert (code, "nothing of standard input was sent; pipe it anew" in said["error"]) == (2, True)
    assert ("--give-up" in said["error"], site.imported("--resume")) == (False, {})


@pytest.mark.usefixtures("died_unsent")
def test_a_pipe_that_died_before_its_first_batch_is_forgotten_when_piped_anew(site, images, jsonl):
    assert site.imported("-", stdin=jsonl(images(7))) == {"created": 7}
    assert site.imported("--resume") == {}
    site.once()


@pytest.mark.usefixtures("died_unsent")
@pytest.mark.parametrize("stale", [False, True], ids=["", "both in the books"])
def test_what_was_piped_anew_and_cut_is_gone_on_with(site, server, images, jsonl, stale):
    content = jsonl(images(7))
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put("-", "--batch-size", "3", stdin=content)[0] == 1
    server.faults.clear()
    if stale:
        site.writes(
            "INSERT INTO label_studio_imports (source, id, project_id, session, batch, file, "
            "status, options, first_synced_at, synced_at) SELECT source, 0, project_id, 'old', 1, "
            "file, 'reading', options, synced_at, synced_at FROM label_studio_imports LIMIT 1"
        )
    assert site.imported("-", stdin=content) == {"created": 4}
    assert site.imported("--resume") == {}
    site.once()
