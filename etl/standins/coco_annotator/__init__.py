"""A stand-in of the COCO Annotator 0.11.1 API, with a state to change from a test."""

from etl.standins.coco_annotator.installation import CocoAnnotator

__all__ = ["CocoAnnotator"]
