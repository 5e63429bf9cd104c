"""What the documents say, against what the code does."""

from __future__ import annotations

import ast
import io
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values
from pydantic import BaseModel
from typer.main import get_command

from bot import environment
from bot.cli import command_line
from bot.cli.manifest import read_manifest
from bot.config_file import ConfigFile, read_config_file
from bot.domain.command_line import COMMAND, Ask, Help, Usage, parse
from bot.domain.polling import PollPolicy
from bot.domain.retrieval import RetrievalState
from bot.metrics import Metrics
from bot.platforms import lifetime, odc_access, odc_api, odc_packages
from bot.platforms.call import Call
from bot.settings import LifeTimeSettings, OdcLimits, OdcPollPolicy, OdcSettings, PlatformLimits

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
PAGES = {ROOT / "README.md": README, **DOCS}
ALL = "\n".join(PAGES.values())

TRY_IT = (
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e . "
    "&& .venv/bin/sast-source demo"
)
TEST_IT = (
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[test]' "
    "&& .venv/bin/pytest"
)

_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_READS_A_SECRET = {"_secret", "_slack_token"}


def fenced(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def table_after(text, *, heading):
    """Give the rows of the first table with this heading, each as its cells."""
    lines = text[text.index(heading) :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def variables_read():
    """Give every environment variable that bot/environment.py reads."""
    tree = ast.parse((ROOT / "bot" / "environment.py").read_text(encoding="utf-8"))
    names = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if _VARIABLE.fullmatch(node.value)
    }
    secrets = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in _READS_A_SECRET
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if _VARIABLE.fullmatch(argument.value)
    }
    return names | {f"{name}_FILE" for name in secrets}


def keys_of_the_file(model=ConfigFile, prefix=""):
    """Give every key of the TOML file with its default as JSON writes it."""
    found = {}
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            found |= keys_of_the_file(type(default), f"{prefix}{name}.")
        else:
            found[prefix + name] = model().model_dump(mode="json")[name]
    return found


def defaults_that_differ(model, base, prefix):
    """Give the defaults of a model that are not those of its base, as JSON writes them."""
    own, others = model().model_dump(mode="json"), base().model_dump(mode="json")
    return {f"{prefix}.{name}": value for name, value in own.items() if value != others[name]}


def calls_of(*modules):
    """Give the metric's label of every call that is made in these modules."""
    made = (value for module in modules for value in vars(module).values())
    return {value.name for value in made if isinstance(value, Call)}


def options_that_exist():
    """Give the options of the slash command, from its answer to one that does not exist."""
    answer = parse("EmployeeBackoffice --nothing")
    assert isinstance(answer, Usage)
    return set(re.findall(r"`(--\w+)", answer.problem)) - {"--nothing", "--help"}


def slug(heading):
    """Give the anchor that GitHub makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def anchors(path):
    text = re.sub(r"^```.*?^```", "", PAGES[path], flags=re.MULTILINE | re.DOTALL)
    return {slug(found) for found in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def test_the_readme_lists_exactly_the_variables_that_are_read():
    rows = table_after(README, heading="| variable | default | meaning |")
    listed = [name for cells in rows for name in re.findall(r"`([A-Z_]+)`", cells[0])]

    assert sorted(listed) == sorted(variables_read())


def test_the_readme_lists_every_key_of_the_toml_file_with_its_default():
    rows = table_after(README, heading="| key | default | meaning |")
    listed = {cells[0].strip("`"): cells[1].strip("`") for cells in rows}

    assert {key: yaml.safe_load(value) for key, value in listed.items()} == keys_of_the_file()


def test_the_readme_lists_the_defaults_that_are_others_on_odc():
    rows = table_after(README, heading="| key | default on ODC | why |")
    listed = {cells[0].strip("`"): yaml.safe_load(cells[1].strip("`")) for cells in rows}

    assert listed == {
        **defaults_that_differ(OdcLimits, PlatformLimits, "limits"),
        **defaults_that_differ(OdcPollPolicy, PollPolicy, "polling"),
    }


@pytest.mark.parametrize(("kind", "model"), [("lifetime", LifeTimeSettings), ("odc", OdcSettings)])
def test_the_readme_lists_the_keys_of_a_platform_of_each_kind(kind, model):
    rows = table_after(README, heading="| key of a platform | of which kind | meaning |")
    named = [
        key
        for keys, kinds, _ in rows
        if kinds.strip("`") in {kind, "all"}
        for key in re.findall(r"`(\w+)`", keys)
    ]

    assert sorted(named) == sorted(model.model_fields)


def test_the_example_of_the_toml_file_can_be_read(tmp_path):
    (example,) = fenced(README, "toml")
    path = tmp_path / "config.toml"
    path.write_text(example, encoding="utf-8")

    config = read_config_file(str(path))

    assert [(one.name, one.kind) for one in config.platform] == [
        ("Factory Europe", "lifetime"),
        ("Cloud Europe", "odc"),
        ("Cloud Asia", "odc"),
    ]
    assert [one.limits.packagings_at_once for one in config.platform] == [5, 5, 2]
    assert [one.limits.requests_per_minute for one in config.platform] == [None, 90, 45]
    assert "policy" in tomllib.loads(example)


def test_the_example_of_shared_limits_can_be_read(tmp_path):
    (example,) = fenced(DOCS[ROOT / "docs" / "operations.md"], "toml")
    path = tmp_path / "config.toml"
    path.write_text(example, encoding="utf-8")

    (platform,) = read_config_file(str(path)).platform

    assert (platform.limits.requests_per_minute, platform.limits.starts_per_minute) == (45, 4)


def test_the_example_of_the_environment_is_enough_to_serve():
    (example,) = [one for one in fenced(README, "sh") if "SLACK_BOT_TOKEN=" in one]

    settings = environment.load(dotenv_values(stream=io.StringIO(example)))

    assert settings.slack.app_token is not None
    assert settings.public_url is not None
    assert {one.kind: one.name for one in settings.platforms} == {
        "lifetime": "LifeTime",
        "odc": "ODC",
    }


def test_every_line_that_is_shown_can_be_read():
    lines = set(re.findall(rf"{COMMAND} ([^`\n]+?) *(?:`|\n)", ALL))

    assert {line: parse(line) for line in lines if not isinstance(parse(line), Ask | Help)} == {}
    assert {"EmployeeBackoffice Testing", "Currency Formatting --tag 1.1.0"} <= lines


def test_every_option_of_the_slash_command_is_documented_and_no_other():
    rows = table_after(README, heading="| line | gives |")
    shown = {option for cells in rows for option in re.findall(r" (--\w+)", cells[0])}
    hint = yaml.safe_load(read_manifest())["features"]["slash_commands"][0]["usage_hint"]

    assert shown == options_that_exist()
    assert set(re.findall(r"--\w+", hint)) == options_that_exist()


def test_every_metric_is_documented_and_nothing_else():
    families = {family.name: family.type for family in Metrics().registry.collect()}
    shown = {n + "_total" if kind == "counter" else n for n, kind in families.items()}
    rows = table_after(ALL, heading="| name | labels | what |")

    assert {cells[0].strip("`") for cells in rows} == shown


def test_every_call_that_is_measured_is_documented_and_nothing_else():
    rows = table_after(ALL, heading="| call | on | what |")
    listed = {platform: set() for platform in ("LifeTime", "ODC")}
    for names, platforms, _ in rows:
        for platform in platforms.split(", "):
            listed[platform] |= set(re.findall(r"`(\w+)`", names))

    assert listed["LifeTime"] == calls_of(lifetime)
    assert listed["ODC"] == calls_of(odc_access, odc_api, odc_packages)


def test_every_command_is_mentioned_and_no_other():
    commands = {command.callback.__name__ for command in command_line().registered_commands}
    code = "\n".join([*re.findall(r"(?<!`)`[^`\n]+`", ALL), *fenced(ALL, "(?:sh|yaml|ini)")])
    mentioned = set(re.findall(r"(?<![/@\w-])sast-source ([a-z]+)", code))

    assert mentioned == commands


def test_the_options_of_fetch_are_documented_and_no_others():
    fetch = get_command(command_line()).commands["fetch"]
    options = {option for parameter in fetch.params for option in parameter.opts}
    rows = table_after(DOCS[ROOT / "docs" / "fetch.md"], heading="| option | default | meaning |")
    listed = {option for cells in rows for option in re.findall(r"`(--?[a-z]+)`", cells[0])}

    assert listed == {option for option in options if option.startswith("-")}


def test_the_diagram_shows_every_state_of_a_retrieval():
    (diagram,) = fenced(README, "mermaid")
    words = {w for ends in re.findall(r"(\S+) --> ([\w\[\]*]+)", diagram) for w in ends}

    assert words - {"[*]"} == {state.value for state in RetrievalState}


def test_every_question_of_the_readme_is_the_heading_that_it_leads_to():
    asked = re.findall(r"^- \[(.*)\]\(docs/troubleshooting\.md#(.*)\)$", README, re.MULTILINE)

    assert [(question, slug(question)) for question, _ in asked] == asked


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)

    assert [target for target in targets if not leads_somewhere(page, target)] == []


def leads_somewhere(page, target):
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    return path.exists() and (not anchor or anchor in anchors(path))


def test_the_two_commands_of_the_readme_are_those_that_ci_relies_on():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    commands = [line for block in fenced(README, "sh") for line in block.splitlines()]

    assert TRY_IT in commands
    assert TEST_IT in commands
    assert "python3 -m venv" in ci
    assert "-c constraints.txt -e '.[test,lint]'" in ci
    assert '/bin/pytest"' in ci
    assert project["scripts"]["sast-source"] == "bot.cli:main"
    assert {"test", "lint"} <= project["optional-dependencies"].keys()


def test_the_picture_is_there():
    assert (ROOT / "docs" / "demo.png").read_bytes().startswith(b"\x89PNG")
