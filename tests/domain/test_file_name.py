from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.file_name import package_file_name
from bot.domain.target import Environment, Revision, Target


def named(
    application, environment="Testing", label="1.4.0", *, number=None, modified=False, key="key"
):
    where = environment and Environment(platform="main", key=key, name=environment)
    return package_file_name(
        Target(
            platform="main",
            environment=where or None,
            application=key,
            application_name=application,
            revision=Revision(label=label, number=number, is_modified=modified),
        )
    )


@pytest.mark.parametrize(
    ("given_names", "file_name"),
    [
        (("EmployeeBackoffice",), "EmployeeBackoffice-Testing-1.4.0.zip"),
        (("EmployeeBackoffice", "Testing", ""), "EmployeeBackoffice-Testing.zip"),
        (("Employee Portal", "User Acceptance"), "Employee_Portal-User_Acceptance-1.4.0.zip"),
        (("O'Brien Café",), "O_Brien_Café-Testing-1.4.0.zip"),
        (("../../etc/passwd",), "etc_passwd-Testing-1.4.0.zip"),
        (('a\\b:c*d?e"f<g>h|i\x00\n',), "a_b_c_d_e_f_g_h_i-Testing-1.4.0.zip"),
        (("-rf ~",), "rf-Testing-1.4.0.zip"),
        (("CON.tool",), "_CON.tool-Testing-1.4.0.zip"),
        (("注文管理", "テスト"), "注文管理-テスト-1.4.0.zip"),
        (("हिन्दी",), "हिन्दी-Testing-1.4.0.zip"),
        (("❤️🚀",), "key-Testing-1.4.0.zip"),
        (("abc\u202egnp.exe",), "abcgnp.exe-Testing-1.4.0.zip"),
    ],
)
def test_a_package_is_named_after_its_target(given_names, file_name):
    assert named(*given_names) == file_name


def test_a_modified_revision_shows_in_the_name():
    assert named("Portal", modified=True) == "Portal-Testing-1.4.0+modified.zip"
    assert named("Portal", label="", modified=True) == "Portal-Testing-modified.zip"


@pytest.mark.parametrize(
    ("environment", "number", "label", "file_name"),
    [
        ("Testing", 12, "1.4.0", "EmployeeBackoffice-Testing-1.4.0.zip"),
        ("Testing", 12, "", "EmployeeBackoffice-Testing-r12.zip"),
        ("Testing", 12, "🚀", "EmployeeBackoffice-Testing-r12.zip"),
        (None, 7, "1.2.0", "EmployeeBackoffice-1.2.0.zip"),
        (None, 7, "", "EmployeeBackoffice-r7.zip"),
        (None, None, "", "EmployeeBackoffice.zip"),
    ],
)
def test_the_tag_stands_in_the_name_or_else_the_number(environment, number, label, file_name):
    assert named("EmployeeBackoffice", environment, label, number=number) == file_name


def test_a_library_is_named_after_itself_and_its_revision():
    assert named("Currency Formatting", None, "1.2.0", number=7) == "Currency_Formatting-1.2.0.zip"


def test_names_without_a_letter_and_keys_without_one_still_give_a_name():
    assert named("🚀", "///", "", key="??") == "application-environment.zip"


def test_a_long_name_is_cut_where_the_environment_and_the_revision_stay():
    cut = named("A" * 255, modified=True)
    assert len(cut) == 150
    assert cut.endswith("A-Testing-1.4.0+modified.zip")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    application=st.one_of(st.text(max_size=300), st.sampled_from(["con", "NUL", "com1.x", ".."])),
    environment=st.none() | st.text(max_size=300),
    label=st.text(max_size=100),
    number=st.none() | st.integers(1),
    modified=st.booleans(),
)
def test_every_name_is_safe_everywhere(application, environment, label, number, modified):
    name = named(application, environment, label, number=number, modified=modified)
    assert name.endswith(".zip")
    assert len(name) <= 150
    assert len(name.encode()) <= 200
    assert not re.search(r'[<>:"/\\|?*\s]|\.\.', name)
    assert not any(unicodedata.category(c)[0] == "C" for c in name)
    assert name[0] not in ".-~ "
    assert name.split(".", 1)[0].casefold() not in {"con", "nul", "com1", "aux", "prn"}
