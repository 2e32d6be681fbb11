"""One page of Label Studio that is large is mirrored in little memory."""

import json
import tracemalloc

from labelling import BOX, Server, run, well

MEGABYTE = 1_000_000
REGIONS = 10_000  # of a task
MOST = 250 * MEGABYTE  # that of the server included, which is in this process


def test_a_page_of_20_megabytes_is_mirrored_in_little_memory(session):
    server = Server()
    result = [BOX | {"id": f"{n:010}", "meta": {"text": ["x" * 100]}} for n in range(REGIONS)]
    server.project(10, annotations=[{"result": result}])
    size = len(json.dumps(result, separators=(",", ":"))) * 10
    assert size > 20 * MEGABYTE
    tracemalloc.start()
    try:
        well(run(session, server, "tasks", page_size=10))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    ((count,),) = session.all("SELECT count(*) FROM label_studio_results")
    assert count == 10 * REGIONS
    assert most < MOST
