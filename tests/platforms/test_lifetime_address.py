"""Addresses are LifeTime's, and a link is followed on the configured host or not at all."""

from __future__ import annotations

import pytest

from bot.platforms.lifetime_address import address, api_base, package_address

API = "https://lt.example.com/lifetimeapi/rest/v2"
BASE = api_base("https://lt.example.com")


@pytest.mark.parametrize(
    ("configured", "base"),
    [
        ("https://lt.example.com", API),
        ("https://lt.example.com/", API),
        ("https://lt.example.com/lifetime", API),
        ("https://lt.example.com/LifeTime/", API),
        (f"{API}/", API),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/lifetimeapi/rest/v2"),
        ("https://proxy.example/lt", "https://proxy.example/lt/lifetimeapi/rest/v2"),
    ],
)
def test_the_base_is_found_from_whatever_people_configure(configured, base):
    assert str(api_base(configured)) == base


def test_a_key_is_data_whatever_it_holds():
    there = address(BASE, "applications", "a/../b?c#d e", "")
    assert str(there) == f"{API}/applications/a%2F..%2Fb%3Fc%23d%20e/"


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        (f"{API}/downloads/key", f"{API}/downloads/key"),
        (f"{API}/downloads/key?part=1", f"{API}/downloads/key?part=1"),
        ("/lifetimeapi/rest/v2/downloads/key", f"{API}/downloads/key"),
        ("https://user:word@lt.example.com/downloads/key", "https://lt.example.com/downloads/key"),
        ("http://lt.example.com/other/path/key", f"{API}/downloads/key"),
        ("https://lt.example.com:8443/other/key", f"{API}/downloads/key"),
        ("https://10.0.0.1/other/path/key/", f"{API}/downloads/key"),
        ("https://lt.example.com@evil.example/key?x=1", f"{API}/downloads/key"),
        ("//evil.example/key", f"{API}/downloads/key"),
        ("https://evil.example/..%2F..%2Fkey", f"{API}/downloads/..%2F..%2Fkey"),
        ("https://evil.example/%2e%2e", None),
        ("https://evil.example/", None),
        ("http://[broken", None),
    ],
)
def test_a_link_is_followed_on_the_configured_host_only(link, followed):
    there = package_address(BASE, link)
    assert (there and str(there)) == followed
