"""Carries files into a platform, and follows every line of them to its record there.

`run.py` is what one command does; read it first. `planning.py` looks its files through and books
them before anything is sent, `files.py` takes one after the other, `transfer.py` takes one file
batch by batch, `deliver.py` brings one batch to its end, `reconcile.py` finds out what is there
already and `absence.py` what will never be, and `journal.py` writes down what was done before and
after, which `history.py` reads again.
"""
