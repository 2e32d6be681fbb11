"""A task that the server makes and fails to show is read around, as a sync does."""

from etl.standins.exchange import json_answer


def test_a_task_that_cannot_be_read_does_not_block_its_import(site, file, spoilt):
    spoilt += [b"s3://b/2.jpg", b"s3://b/6.jpg"]
    done = site.run("import", "labels", "--project", "1", file)
    assert (done.exit_code, len(site.posts())) == (0, 1)
    assert "task 2 is there and cannot be read; set aside: " in done.stderr
    assert site.items("position", "task_id", "outcome") == [(n, n, "created") for n in range(1, 8)]
    assert sorted(site.mirrored()) == [1, 3, 4, 5, 7]
    assert site.rows("SELECT stream, record_key FROM sync_rejects ORDER BY record_key") == [
        ("tasks", "2"),
        ("tasks", "6"),
    ]
    spoilt.clear()
    assert site.run("sync").exit_code == 0
    assert site.mirrored() == site.there
    assert site.rows("SELECT * FROM sync_rejects") == []


def test_a_server_that_can_show_no_task_leaves_its_import_open(site, server, file, spoilt):
    spoilt.append(b"s3://b/")
    site.asked(
        lambda request, _said: (
            json_answer({"detail": "oops"}, 500)
            if spoilt and "updated_at" in str(request.param("include"))
            else None
        )
    )
    code, said = site.put(file)
    assert (code, said["unfinished"], "HTTP 500: oops" in said["error"]) == (1, 1, True)
    spoilt.clear()
    assert site.imported("--resume") == {"created": 7}
    site.once()
