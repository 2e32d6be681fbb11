"""Mirrors of filtered images: what they hold stays true when it no longer passes the filter."""

import pytest

from annotators import living, run, tombstones, well
from etl.standins.coco_annotator import catalogue, work
from mirror import rows

ONLY = {"annotated": True}


def first(state):
    """Give an annotated image that has living annotations, and their ids."""
    image = next(row for row in living(state, "images") if row["annotated"])
    ids = [row["id"] for row in living(state, "annotations") if row["image_id"] == image["id"]]
    return image["id"], ids


@pytest.fixture
def annotated(server, mirror):
    """A mirror of annotated images only."""
    well(run(mirror, server, options=ONLY))
    return mirror


def test_an_image_that_lost_its_annotations_is_shown_as_it_is_now(annotated, server, state):
    image, ids = first(state)
    for key in ids:
        work.delete_annotation(state, key)
    state.edit("images", image, annotated=False, num_annotations=0)
    well(run(annotated, server, options=ONLY))
    (row,) = rows(annotated, "coco_annotator_images", id=image)
    assert (row["annotated"], row["num_annotations"]) == (False, 0)
    assert set(ids) <= set(tombstones(annotated, "annotations"))


def test_an_image_that_never_passed_the_filter_stays_out(annotated, server, state):
    others = {row["id"] for row in living(state, "images") if not row["annotated"]}
    assert others
    well(run(annotated, server, options=ONLY))
    assert others.isdisjoint(row["id"] for row in rows(annotated, "coco_annotator_images"))


def test_a_deleted_image_is_found_behind_a_filter_too(annotated, server, state):
    image, _ = first(state)
    catalogue.delete_image(state, image)
    well(run(annotated, server, options=ONLY))
    assert image in tombstones(annotated, "images")
