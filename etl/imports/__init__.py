"""Carries files into a platform, and follows every line of them to its record there.

`run.py` is what one command does; read it first. `fates.py` looks its files through and decides
what becomes of each, and `planning.py` books them for that before anything is sent; `files.py`
takes one after the other, `transfer.py` takes one file batch by batch, `deliver.py` brings one
batch to its end, `reconcile.py` finds out what is there already and `absence.py` what will never
be, and `journal.py` writes down what was done before and after, which `history.py` reads again.
"""
