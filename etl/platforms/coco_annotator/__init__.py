"""COCO Annotator: datasets, images and annotations of one installation."""
