"""The rules of the house that neither the linter nor the import contracts can see."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "avileo_pos"

THREADS = {"Thread", "Timer", "QThread", "QThreadPool", "QRunnable", "ThreadPoolExecutor", "ProcessPoolExecutor"}
# Central and the demo are programs of their own; they run no window that a second thread could hurt.
OUTSIDE_THE_TILL = {"server", "demo"}
# Tables and rules move on; a step that made a database years ago must make the same one today.
WHAT_CHANGES = ("avileo_pos.tables.shared", "avileo_pos.tables.till", "avileo_pos.tables.server", "avileo_pos.domain")


def test_the_rules_of_the_shop_count_in_decimals_only() -> None:
    floats = [where for module in modules("domain") for where in nodes_in(module, is_float)]
    assert floats == []


def test_icons_fonts_and_translations_are_reached_through_one_module() -> None:
    reaching = [name(module) for module in modules() if any(nodes_in(module, names_the_resources))]
    assert reaching == ["desktop/resources.py"]


def test_threads_are_made_in_the_background_only() -> None:
    made = [
        where
        for module in modules()
        if module.relative_to(HOUSE).parts[0] not in OUTSIDE_THE_TILL
        and not name(module).startswith("desktop/background/")
        for where in nodes_in(module, makes_a_thread)
    ]
    assert made == []


def test_an_old_migration_never_changes_with_the_tables() -> None:
    steps = [module for module in modules("migrations") if any(nodes_in(module, names_a_revision))]
    assert steps
    assert [where for step in steps for where in nodes_in(step, imports_what_changes)] == []


def test_every_package_that_the_project_brings_is_pinned() -> None:
    pinned = {canonicalize_name(line.name) for line in constraints()}
    assert brought_packages() - pinned == set()


def test_every_pin_names_one_version_and_no_place() -> None:
    assert [str(line) for line in constraints() if line.url or not exactly_one_version(line)] == []


@pytest.mark.parametrize(
    ("extra", "rooms"), [("server", ["server"]), ("till", ["desktop", "sync", "replica", "usecases", "queries"])]
)
def test_a_program_needs_no_package_but_what_its_extra_brings(extra: str, rooms: list[str]) -> None:
    brought = brought_packages([extra], groups=[])
    hidden = [
        module
        for module, packages in packages_distributions().items()
        if module != "avileo_pos" and not brought & {canonicalize_name(package) for package in packages}
    ]
    assert ("PySide6" in hidden) == (extra == "server")
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD_WITHOUT, ",".join(rooms), ",".join(hidden)], capture_output=True, text=True
    )
    assert (loaded.returncode, loaded.stderr) == (0, "")


LOAD_WITHOUT = """
import importlib, pkgutil, sys
rooms, hidden = (argument.split(",") for argument in sys.argv[1:])

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hiding())
for room in rooms:
    package = importlib.import_module(f"avileo_pos.{room}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
"""


def test_a_program_whose_extra_is_missing_says_how_to_get_it(tmp_path: Path) -> None:
    bare = "import sys; sys.modules['PySide6'] = sys.modules['fastapi'] = None; from avileo_pos{} import __main__ as it"
    for program, extras in (("", "till"), (".server", "server")):
        ended = subprocess.run(
            [sys.executable, "-c", f"{bare.format(program)}; it.main()"], capture_output=True, text=True
        )
        assert (ended.returncode, f"pip install 'avileo-pos[{extras}]'" in ended.stderr) in {(1, True), (3, True)}


# --- Reading the house -----------------------------------------------------------------------------------------------


def modules(room: str = "") -> list[Path]:
    return sorted((HOUSE / room).rglob("*.py"))


def name(module: Path) -> str:
    return module.relative_to(HOUSE).as_posix()


def nodes_in(module: Path, wanted: Callable[[ast.AST], bool]) -> Iterator[str]:
    """Where the wanted ones stand, as file:line."""
    for node in ast.walk(tree(module)):
        if wanted(node):
            yield f"{name(module)}:{getattr(node, 'lineno', 0)}"


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def is_float(node: ast.AST) -> bool:
    made = isinstance(node, ast.Call) and called_name(node) == "float"
    return made or (isinstance(node, ast.Constant) and isinstance(node.value, float))


def names_the_resources(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text == "resources" or text.startswith("resources/")
        case ast.ImportFrom(module="importlib.resources"):
            return True
        case ast.ImportFrom(module="importlib") | ast.Import():
            return any(alias.name in {"resources", "importlib.resources"} for alias in node.names)
    return False


def makes_a_thread(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(last_name(base) in THREADS for base in node.bases)
    return isinstance(node, ast.Call) and called_name(node) in THREADS


def names_a_revision(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id="revision")]) | ast.AnnAssign(target=ast.Name(id="revision")):
            return True
    return False


def imports_what_changes(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str(module)):
            return any(f"{module}.{alias.name}".startswith(WHAT_CHANGES) for alias in node.names)
        case ast.Import():
            return any(alias.name.startswith(WHAT_CHANGES) for alias in node.names)
    return False


def called_name(call: ast.Call) -> str:
    return last_name(call.func)


def last_name(expression: ast.expr) -> str:
    """`Thread` of `Thread` and of `threading.Thread`; empty for what has no name."""
    match expression:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
    return ""


# --- Reading the pins ------------------------------------------------------------------------------------------------


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def exactly_one_version(line: Requirement) -> bool:
    versions = list(line.specifier)
    return len(versions) == 1 and versions[0].operator == "==" and not versions[0].version.endswith("*")


def brought_packages(extras: Iterable[str] = ("till", "server"), groups: Iterable[str] = ("dev",)) -> set[str]:
    """The packages that the project names, and those that they need in turn on this machine."""
    waiting = [wanted for wanted in named_packages(extras, groups) if applies(wanted)]
    brought: dict[str, str] = {}
    while waiting:
        wanted = waiting.pop()
        if str(wanted) not in brought:
            brought[str(wanted)] = canonicalize_name(wanted.name)
            waiting += needed_by(wanted)
    return set(brought.values())


def named_packages(extras: Iterable[str], groups: Iterable[str]) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        project["project"]["dependencies"],
        *(project["project"]["optional-dependencies"][extra] for extra in extras),
        *(project["dependency-groups"][group] for group in groups),
    ]
    return [Requirement(line) for lines in named for line in lines]


def needed_by(package: Requirement) -> list[Requirement]:
    lines = [Requirement(line) for line in requires(package.name) or []]
    return [wanted for wanted in lines if any(applies(wanted, extra) for extra in {"", *package.extras})]


def applies(wanted: Requirement, extra: str = "") -> bool:
    return wanted.marker is None or wanted.marker.evaluate({"extra": extra})
