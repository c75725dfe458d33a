"""The house keeps its shape: who may import whom, who may write a state, what may stand nowhere.

Each rule is a function from a file to its offences; a failing test lists them all, with their lines.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from review import registry

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("accounts", "attachments", "review", "applications", "agreements", "stats", "portal", "ktp")
LAYERS = ("models", "selectors", "services", "forms", "views", "urls")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
TEMPLATES = sorted(path for folder in ("templates", *ROOMS) for path in (ROOT / folder).rglob("*.html"))
ENGINE = [path for path in SOURCES if path.is_relative_to(ROOT / "review")]

Rule = Callable[[Path], Iterator[tuple[int, str]]]


def offences(rule: Rule, paths: list[Path] = SOURCES) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{line}: {what}" for path in paths for line, what in rule(path)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in SOURCES}


def imports(path: Path, *, at_start_only: bool = False) -> Iterator[tuple[int, str]]:
    """(line, module); `from room import module` names the module."""
    for node in tree(path).body if at_start_only else ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
            base = ".".join(filter(None, (package if node.level else "", node.module)))
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield node.lineno, name if name in MODULES else base


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", getattr(node.func, "id", ""))


# Who may import whom


def test_imports_run_one_way_between_rooms():
    def rule(path):
        above = {*ROOMS[ROOMS.index(room_of(path)) + 1 :], "tests", "bench"}
        return ((line, name) for line, name in imports(path) if name.partition(".")[0] in above)

    assert offences(rule) == []


def layer_of(module: str) -> int:
    """The place in LAYERS of a module (`views`, `unit_views`), or of the package it is in; -1 for what stands beside
    them."""
    parts = (part.rpartition("_")[2] for part in module.split(".")[1:])
    return next((LAYERS.index(part) for part in parts if part in LAYERS), -1)


def test_imports_run_one_way_inside_a_room():
    """models < selectors < services < forms < views < urls."""

    def rule(path):
        own = layer_of(module_of(path))
        for line, name in imports(path):
            if own >= 0 and name.partition(".")[0] == room_of(path) and layer_of(name) > own:
                yield line, name

    assert offences(rule) == []


def test_no_two_modules_need_each_other():
    graph = {module_of(path): {name for _, name in imports(path, at_start_only=True)} & MODULES for path in SOURCES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"imports in a circle: {' -> '.join(error.args[1])}")


def test_reads_and_writes_take_no_request():
    def rule(path):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and "request" in {
                arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)
            }:
                yield node.lineno, node.name

    assert (
        offences(rule, [path for path in SOURCES if 0 <= layer_of(module_of(path)) <= LAYERS.index("services")]) == []
    )


# One door


GUARDED = {"state", "desk", "desk_id", "step_count", "returned_from", "revision_number"}
WRITES = {"update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}


def test_only_the_one_door_moves_a_case():
    """W01: review/services.py alone assigns a state or goes past the guard of the rows."""
    # a Membership is no case: it has a state of its own, which its services assign
    memberships = {(ROOT / "applications/teams/services.py", f"{name}.state") for name in ("row", "current")}

    def rule(path):
        for node in ast.walk(tree(path)):
            stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in GUARDED
            if stored and (path, ast.unparse(node)) not in memberships:
                yield node.lineno, f"assigns .{node.attr}"
        for call, name in calls(path):
            words = {keyword.arg for keyword in call.keywords}
            texts = {inner.value for inner in ast.walk(call) if isinstance(inner, ast.Constant)}
            if name == "update_state" or (name in WRITES and GUARDED & words):
                yield call.lineno, f"{name}()"
            if name in {"bulk_update", "setattr"} and GUARDED & texts:
                yield call.lineno, f"{name}()"

    assert offences(rule, [path for path in SOURCES if path != ROOT / "review/services.py"]) == []
    assert offences(rule)  # the rule sees what it looks for


# Nowhere at all (H10)


NOWHERE = {
    "mark_safe": "people's text would become markup",
    "SafeString": "people's text would become markup",
    "csrf_exempt": "any site could post in a person's name",
    "raw": "SQL by hand",
    "extra": "SQL by hand",
    "RawSQL": "SQL by hand",
    "eval": "code from text",
    "exec": "code from text",
    "pickle": "code from data",
    "extractall": "an archive writes where it likes",
}


def test_what_stands_nowhere():
    def rule(path):
        for line, name in imports(path):
            if name.rpartition(".")[2] in NOWHERE:
                yield line, name
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Name) and node.id in NOWHERE.keys() - {"raw", "extra", "SafeString"}:
                yield node.lineno, f"{node.id}: {NOWHERE[node.id]}"
        for call, name in calls(path):
            if name in NOWHERE:
                yield call.lineno, f"{name}: {NOWHERE[name]}"
            for keyword in call.keywords:
                if keyword.arg == "shell":
                    yield call.lineno, "a shell"
                if keyword.arg is None and "request." in ast.unparse(keyword.value):
                    yield call.lineno, "names of arguments out of a request"

    assert offences(rule) == []


def test_every_form_lists_its_fields():
    """M01: a form that takes all fields takes those to come, too."""

    def rule(path):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                for line in node.body:
                    if isinstance(line, ast.Assign) and re.match(r"exclude\b|fields = '__all__'", ast.unparse(line)):
                        yield line.lineno, ast.unparse(line)

    assert offences(rule) == []


def test_templates_escape_everything_and_forms_carry_their_token():
    def rule(path):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\|\s*(safe|safeseq)\b|autoescape\s+off", text):
            yield text.count("\n", 0, found.start()) + 1, found[0]
        for form in re.finditer(r"<form\b[^>]*>.*?</form>", text, re.DOTALL | re.IGNORECASE):
            if re.search(r'method="post"', form[0], re.IGNORECASE) and "csrf_token" not in form[0]:
                yield text.count("\n", 0, form.start()) + 1, "a form without its token"

    assert offences(rule, TEMPLATES) == []


# The engine knows no process


WORDS = re.compile(
    r"\b(?:team|leader|member|specialist|legal|unit|host|city|cities|bureau|county|province|agreement|application)s?\b",
    re.IGNORECASE,
)
NAMES = re.compile("团队|法人|地市|市州|省厅|科技厅|科技局|派驻|服务协议")


def test_the_engine_names_no_team_unit_or_city():
    def rule(path):
        docstrings = {
            node.body[0].value
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree(path)):
            for text in (getattr(node, name, None) for name in ("id", "attr", "name", "arg", "module", "value")):
                if (
                    isinstance(text, str)
                    and node not in docstrings
                    and (WORDS.search(text.replace("_", " ")) or NAMES.search(text))
                ):
                    yield node.lineno, text

    assert offences(rule, ENGINE) == []
    for path in (ROOT / "templates/review").rglob("*.html"):
        assert not NAMES.findall(path.read_text(encoding="utf-8")), path


# The document is drawn from the table


DIAGRAM = re.compile(r"<!-- process:(\w+) -->\s*```mermaid\n(.*?)\n```\s*<!-- /process -->", re.DOTALL)


def test_the_diagrams_of_the_document_are_the_tables():
    drawn = dict(DIAGRAM.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8")))
    assert drawn == {flow.code: flow.diagram() for process in registry.all_processes() for flow in process.flows}
