from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest

from bot.domain.events import ExpiryRule
from bot.links.minting import LinkMint


class Stored:
    def __init__(self):
        self.rows = {}

    async def add(self, link, token_sha256):
        self.rows[token_sha256] = link


@pytest.fixture
def stored():
    return Stored()


@pytest.fixture
def mint(stored, clock):
    return LinkMint(
        links=stored,
        clock=clock,
        public_url="https://bot.example/",
        lifetime=timedelta(hours=1),
    )


async def test_only_the_hash_of_256_random_bits_is_stored(mint, stored, order):
    row, url = await mint.mint(order())
    base, _, token = url.get_secret_value().rpartition("/")
    assert base == "https://bot.example/download"
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert stored.rows == {hashlib.sha256(token.encode()).hexdigest(): row}
    assert token not in repr(row) + repr(url) + str(url)


async def test_two_links_of_one_order_share_nothing(mint, order):
    one, first = await mint.mint(order())
    other, second = await mint.mint(order())
    assert first.get_secret_value() != second.get_secret_value()
    assert one.id != other.id


async def test_a_link_ends_with_the_platforms_own_or_with_policy_whichever_is_first(
    mint, clock, order
):
    early = clock.now() + timedelta(minutes=10)
    row, _ = await mint.mint(order(platform_expires_at=early))
    assert (row.expires_at, row.rule) == (early, ExpiryRule.PLATFORM)
    row, _ = await mint.mint(order(platform_expires_at=clock.now() + timedelta(hours=9)))
    assert (row.expires_at, row.rule) == (clock.now() + timedelta(hours=1), ExpiryRule.POLICY)
    row, _ = await mint.mint(order(platform_expires_at=None))
    assert (row.expires_at, row.rule) == (clock.now() + timedelta(hours=1), ExpiryRule.UNSTATED)


async def test_a_link_knows_its_order_and_its_file_name(mint, order):
    row, _ = await mint.mint(order(size_bytes=17))
    assert (row.retrieval, row.package, row.recipient, row.effect) == (
        "r1",
        "bc354abb",
        "U0ANA",
        "link:1",
    )
    assert (row.file_name, row.size_bytes) == ("EmployeeBackoffice-Testing-1.4.0.zip", 17)
