"""The program's own source: its modules, parsed, and what each of them imports."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent


def module(path):
    """Name a module as an import statement does."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


FILES = {module(path): path for path in sorted((ROOT / "etl").rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}


def within(name, package):
    return name == package or name.startswith(f"{package}.")


def imported(tree):
    """Give the module each import statement means: submodules by their own name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in FILES else node.module for name in names)


class _RunTime(ast.NodeTransformer):
    def visit_If(self, node):
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else node


IMPORTS = {name: set(imported(tree)) for name, tree in TREES.items()}
EDGES = [(name, other) for name, found in IMPORTS.items() for other in sorted(found & FILES.keys())]


def run_time_imports():
    """Give for each module those of the program it needs to run, annotations left out."""
    trees = {n: _RunTime().visit(ast.parse(p.read_text("utf-8"))) for n, p in FILES.items()}
    return {name: set(imported(tree)) & FILES.keys() for name, tree in trees.items()}
