from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from bot.links.content_disposition import content_disposition


@given(st.text(max_size=255, alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_name_breaks_the_header_and_every_name_arrives(name):
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name


def test_a_name_outside_ascii_is_given_in_both_forms():
    assert content_disposition("Gehälter & Löhne-日本.zip") == (
        'attachment; filename="Gehalter & Lohne-.zip"; '
        "filename*=UTF-8''Geh%C3%A4lter%20&%20L%C3%B6hne-%E6%97%A5%E6%9C%AC.zip"
    )


def test_a_name_without_any_ascii_still_has_a_plain_form():
    assert 'filename="package.zip"' in content_disposition("日本.zip")
