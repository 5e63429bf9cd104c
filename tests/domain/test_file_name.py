from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.file_name import package_file_name
from bot.domain.target import Environment, Revision, Target


def named(application, environment="Testing", label="1.4.0", *, modified=False, key="key"):
    return package_file_name(
        Target(
            environment=Environment(platform="main", key=key, name=environment),
            application=key,
            application_name=application,
            revision=Revision(label=label, is_modified=modified),
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


def test_names_without_a_letter_and_keys_without_one_still_give_a_name():
    assert named("🚀", "///", "", key="??") == "application-environment.zip"


def test_a_long_name_is_cut_where_the_environment_and_the_revision_stay():
    cut = named("A" * 255, modified=True)
    assert len(cut) == 150
    assert cut.endswith("A-Testing-1.4.0+modified.zip")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    application=st.one_of(st.text(max_size=300), st.sampled_from(["con", "NUL", "com1.x", ".."])),
    environment=st.text(max_size=300),
    label=st.text(max_size=100),
    modified=st.booleans(),
)
def test_every_name_is_safe_everywhere(application, environment, label, modified):
    name = named(application, environment, label, modified=modified)
    assert name.endswith(".zip")
    assert len(name) <= 150
    assert len(name.encode()) <= 200
    assert not re.search(r'[<>:"/\\|?*\s]|\.\.', name)
    assert not any(unicodedata.category(c)[0] == "C" for c in name)
    assert name[0] not in ".-~ "
    assert name.split(".", 1)[0].casefold() not in {"con", "nul", "com1", "aux", "prn"}
