"""annomirror: a faithful, queryable copy of annotation platforms in a database you own."""

__version__ = "0.1.0"
