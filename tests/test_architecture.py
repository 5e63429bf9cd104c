"""Rules about the code itself that no linter knows."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from bot import errors

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FUNCTION = 60
LONGEST_FILE = 300
LONGEST_VIEW = 400


def test_every_error_descends_from_the_one_root_and_says_what_happened():
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass)]

    for one in classes:
        assert issubclass(one, errors.BotError)
        assert str(one()).endswith(".")
        assert one.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_small(path):
    text = path.read_text(encoding="utf-8")
    is_view = path.name.endswith(("_view.py", "_models.py"))

    assert text.count("\n") <= (LONGEST_VIEW if is_view else LONGEST_FILE)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_broad_excepts_stand_only_at_the_edges(path):
    edges = {ROOT / "bot" / "workflows" / "engine.py"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler) and path not in edges:
            assert node.type is not None, "a bare except"
            caught = ast.unparse(node.type)
            re_raises = any(isinstance(one, ast.Raise) and one.exc is None for one in node.body)
            assert caught not in {"Exception", "BaseException"} or re_raises, node.lineno


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_fake_the_other_company_and_never_our_own_code(path):
    if path == Path(__file__):
        return
    text = path.read_text(encoding="utf-8")

    assert "unittest.mock" not in text
    assert 'setattr("bot' not in text
    assert 'setattr("handlers' not in text
