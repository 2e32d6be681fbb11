"""A stand-in of the Label Studio 1.23.2 REST API, with a state to change from a test."""

from etl.standins.label_studio.installation import LabelStudio

__all__ = ["LabelStudio"]
