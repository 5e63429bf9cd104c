"""What the TOML file makes of the settings, and what is said of one that is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import environment
from bot.domain.policy import LinkVisibility
from bot.errors import SettingsError
from bot.settings import LifeTimeSettings, OdcSettings

LIFETIME = {"LIFETIME_URL": "https://lifetime.example.com", "LIFETIME_TOKEN": "lifetime-token"}
ODC = {
    "ODC_PORTAL_URL": "https://acme.outsystems.dev",
    "ODC_CLIENT_ID": "0c9f-client",
    "ODC_CLIENT_SECRET": "odc-secret",
}
COMPLETE = LIFETIME | {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "HOME": "/home/somebody",
}


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def configured(tmp_path, text):
    return COMPLETE | {"SAST_SOURCE_CONFIG": written(tmp_path, "sast-source.toml", text)}


def sentence(environ):
    with pytest.raises(SettingsError) as caught:
        environment.load(environ)
    return caught.value.message


def test_the_file_holds_several_platforms_policy_and_limits(tmp_path):
    token = written(tmp_path, "token", "from-a-file")
    environ = configured(
        tmp_path,
        f"""
        [limits]
        packagings_at_once = 3

        [polling]
        deadline = 600

        [policy]
        link_visibility = "requester"
        link_lifetime = "PT30M"
        allow_production = true

        [retention]
        retrievals_days = 7

        [[platform]]
        name = "Europe"
        url = "https://europe.example.com"
        token = {{ file = "{token}" }}

        [[platform]]
        name = "Asia"
        url = "https://asia.example.com"
        token = {{ value = "asia-token" }}
        limits = {{ packagings_at_once = 1 }}
        """,
    )

    settings = environment.load(environ)

    assert [platform.name for platform in settings.platforms] == ["LifeTime", "Europe", "Asia"]
    at_once = [platform.limits.packagings_at_once for platform in settings.platforms]
    assert at_once == [3, 3, 1]
    assert all(p.polling.deadline == timedelta(minutes=10) for p in settings.platforms)
    assert settings.platforms[1].token.read().get_secret_value() == "from-a-file"
    assert settings.policy.link_visibility is LinkVisibility.REQUESTER
    assert settings.policy.link_lifetime == timedelta(minutes=30)
    assert settings.policy.allow_production
    assert settings.retention.retrievals_days == 7


PLATFORM = '[[platform]]\nname = "Asia"\nurl = "https://asia.example.com"\n'
ODC_TABLE = """
[[platform]]
name = "Cloud"
kind = "odc"
url = "https://acme.outsystems.dev/apps"
client_id = "id"
"""


def test_the_file_holds_platforms_of_both_kinds(tmp_path):
    secret = written(tmp_path, "secret", "from-a-file")
    text = (
        f'{ODC_TABLE}client_secret = {{ file = "{secret}" }}\n{PLATFORM}token = {{ value = "x" }}'
    )

    lifetime, cloud, asia = environment.load(configured(tmp_path, text)).platforms

    assert isinstance(cloud, OdcSettings)
    assert str(cloud.url) == "https://acme.outsystems.dev/"
    assert cloud.client_secret.read().get_secret_value() == "from-a-file"
    assert isinstance(asia, LifeTimeSettings)
    assert isinstance(lifetime, LifeTimeSettings)


def test_shared_tables_leave_each_kind_its_defaults_for_what_they_do_not_name(tmp_path):
    text = f"""
        [limits]
        packagings_at_once = 3

        [polling]
        deadline = 600

        {ODC_TABLE}
        client_secret = {{ value = "s" }}
        limits = {{ starts_per_minute = 4 }}
        polling = {{ first = 7 }}
        """
    other = {"ODC_PORTAL_URL": "https://other.outsystems.dev"}

    lifetime, odc, cloud = environment.load(configured(tmp_path, text) | ODC | other).platforms

    assert [one.limits.packagings_at_once for one in (lifetime, odc, cloud)] == [3, 3, 3]
    assert [one.limits.requests_per_minute for one in (lifetime, odc, cloud)] == [None, 90, 90]
    assert [one.limits.starts_per_minute for one in (lifetime, odc, cloud)] == [None, 9, 4]
    minutes = timedelta(minutes=10)
    assert [one.polling.deadline for one in (lifetime, odc, cloud)] == [minutes] * 3
    seconds = [one.polling.first.total_seconds() for one in (lifetime, odc, cloud)]
    assert seconds == [2, 5, 7]
    assert [one.polling.later.total_seconds() for one in (lifetime, odc, cloud)] == [10, 30, 30]


def test_allow_production_of_the_environment_wins_over_the_file(tmp_path):
    environ = configured(tmp_path, "[policy]\nallow_production = true")

    assert not environment.load(environ | {"ALLOW_PRODUCTION": "false"}).policy.allow_production


def test_fetch_needs_no_slack(tmp_path):
    environ = LIFETIME | {
        "SAST_SOURCE_CONFIG": written(tmp_path, "c.toml", "[policy]\nallow_production = true")
    }

    platforms, policy = environment.load_platforms(environ)

    assert [platform.name for platform in platforms] == ["LifeTime"]
    assert policy.allow_production


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("polices = 1", "polices is not a setting"),
        ("[policy]\nallow_prod = true", "policy.allow_prod is not a setting"),
        (f'{PLATFORM}tokn = "x"', "platform 1: tokn is not a setting"),
        (PLATFORM, "platform 1: token is missing"),
        (f"{PLATFORM}token = {{}}", "platform 1: token is not right (give either a value or a"),
        (f"{PLATFORM}token = {{ value = 'hush', limits = 1 }}", "platform 1: token.limits is not"),
        (f"{PLATFORM}token = {{ value = 'hush hush' }}", 'token of the platform "Asia"'),
        (f"{PLATFORM}token = {{ file = '/nowhere' }}", 'token of the platform "Asia"'),
        (f"{PLATFORM}token = 'hush'", "platform 1: token is not right"),
        ("[limits]\npackagings_at_once = 0", "limits.packagings_at_once is not right"),
        ("[policy]\nlink_visibility = 'all'", "policy.link_visibility is not right"),
        (ODC_TABLE, "platform 1: client_secret is missing"),
        (
            f"{PLATFORM}token = {{ value = 'x' }}\n{ODC_TABLE}",
            "platform 2: client_secret is missing",
        ),
        (f"{ODC_TABLE}client_secret = {{}}", "platform 1: client_secret is not right (give either"),
        (f"{ODC_TABLE}token = {{ value = 'hush' }}", "platform 1: token is not a setting"),
        (f"{ODC_TABLE}client_secret = {{ value = 'hush hush' }}", 'secret of the platform "Cloud"'),
        (f"{PLATFORM}kind = 'O11'", 'platform 1: kind is not right (it takes "lifetime" or "odc")'),
        (f"{ODC_TABLE}limits = {{ attempts = 0 }}", "platform 1: limits.attempts is not right"),
        (ODC_TABLE.replace('"id"', '"a b"'), "platform 1: client_id is not right (it has spaces"),
        ("limits = 3", "limits is not right"),
        ("platform = [3]", "platform 1 is not right (it takes a table)"),
        ("platform = 3", "platform is not right"),
        ("[policy", "which is not valid TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(tmp_path, text, said):
    message = sentence(configured(tmp_path, text))

    assert said in message
    assert "\n" not in message
    assert "hush" not in message


def test_every_unknown_key_of_the_file_is_named(tmp_path):
    message = sentence(configured(tmp_path, "[downloads]\nfirst = 1\nsecond = 2"))

    assert "downloads.first" in message
    assert "downloads.second" in message


def test_two_platforms_of_one_name_are_refused(tmp_path):
    text = f"{PLATFORM.replace('Asia', 'lifetime')}token = {{ value = 'x' }}"

    assert "Two platforms have the name" in sentence(configured(tmp_path, text))


TWINS = f"""
{PLATFORM}
token = {{ value = "x" }}
[[platform]]
name = "Asia again"
url = "https://ASIA.example.com:443/lifetime"
token = {{ value = "y" }}
"""


@pytest.mark.parametrize(
    ("text", "both"),
    [
        (f"{ODC_TABLE}client_secret = {{ value = 's' }}", '"ODC" and "Cloud"'),
        (PLATFORM.replace("asia", "lifetime") + "token = { value = 'x' }", '"LifeTime" and "Asia"'),
        (TWINS, '"Asia" and "Asia again"'),
    ],
)
def test_one_platform_under_two_names_is_refused(tmp_path, text, both):
    message = sentence(configured(tmp_path, text) | ODC)

    assert f"The platforms {both} are the same one" in message
    assert message.endswith("keep one of them.")


@pytest.mark.parametrize(
    "url", ["http://lifetime.example.com", "https://lifetime.example.com:8443"]
)
def test_platforms_on_two_ports_of_one_host_are_two(tmp_path, url):
    text = f'[[platform]]\nname = "Other"\nurl = "{url}"\ntoken = {{ value = "x" }}'

    assert len(environment.load(configured(tmp_path, text)).platforms) == 2
