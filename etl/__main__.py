"""python -m etl: the command line without its script."""

from etl.cli import main

if __name__ == "__main__":
    main(prog_name="annomirror")
