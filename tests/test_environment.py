"""What the environment, `.env` and the TOML file make of the settings."""

from __future__ import annotations

import pytest

from bot import environment
from bot.errors import SettingsError
from bot.settings import LifeTimeSettings, Listen, OdcLimits, OdcPollPolicy, OdcSettings

SOCKET_MODE = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
LIFETIME = {"LIFETIME_URL": "https://lifetime.example.com", "LIFETIME_TOKEN": "lifetime-token"}
ODC = {
    "ODC_PORTAL_URL": "https://acme.outsystems.dev",
    "ODC_CLIENT_ID": "0c9f-client",
    "ODC_CLIENT_SECRET": "odc-secret",
}
COMPLETE = SOCKET_MODE | LIFETIME | {"HOME": "/home/somebody"}


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def sentence(environ):
    with pytest.raises(SettingsError) as caught:
        environment.load(environ)
    return caught.value.message


def test_the_smallest_environment_gives_socket_mode_and_every_default():
    settings = environment.load(COMPLETE)

    assert settings.slack.app_token is not None
    assert settings.slack.signing_secret is None
    assert settings.slack.api_url == "https://slack.com/api/"
    assert [platform.name for platform in settings.platforms] == ["LifeTime"]
    assert settings.public_url is None
    assert settings.listen == Listen(host="127.0.0.1", port=3000)
    assert settings.metrics_listen is None
    assert not settings.policy.allow_production
    assert settings.log_format == "console"


def test_every_variable_is_read():
    settings = environment.load(
        COMPLETE
        | {
            "SLACK_SIGNING_SECRET": "signing",
            "SLACK_API_URL": "http://127.0.0.1:9/api",
            "PUBLIC_URL": "https://bot.example.com",
            "LISTEN": "[::1]:8080",
            "METRICS_LISTEN": "0.0.0.0:9090",
            "DATABASE_URL": "sqlite:////srv/bot.sqlite3",
            "ALLOW_PRODUCTION": "Yes",
            "LOG_FORMAT": "JSON",
        }
    )

    assert settings.slack.signing_secret.read().get_secret_value() == "signing"
    assert settings.slack.api_url == "http://127.0.0.1:9/api/"
    assert str(settings.public_url) == "https://bot.example.com/"
    assert settings.listen == Listen(host="::1", port=8080)
    assert settings.metrics_listen == Listen(host="0.0.0.0", port=9090)  # noqa: S104 - parsed only
    assert settings.database_url == "sqlite:////srv/bot.sqlite3"
    assert settings.policy.allow_production
    assert settings.log_format == "json"


def test_both_kinds_of_platform_stand_side_by_side():
    lifetime, odc = environment.load(COMPLETE | ODC).platforms

    assert isinstance(lifetime, LifeTimeSettings)
    assert isinstance(odc, OdcSettings)
    assert (lifetime.name, odc.name) == ("LifeTime", "ODC")
    assert odc.client_id == "0c9f-client"
    assert odc.client_secret.read().get_secret_value() == "odc-secret"
    assert (odc.limits, odc.polling) == (OdcLimits(), OdcPollPolicy())


def test_developer_cloud_alone_is_enough():
    (odc,) = environment.load(SOCKET_MODE | ODC | {"HOME": "/home/somebody"}).platforms

    assert odc.name == "ODC"


@pytest.mark.parametrize(
    "copied",
    [
        "https://acme.outsystems.dev/",
        "https://ACME.outsystems.dev:443/apps/1?tab=code#top",
        " https://somebody:once@acme.outsystems.dev/stages ",
    ],
)
def test_of_the_portals_address_only_the_origin_counts(copied):
    odc = environment.load(COMPLETE | ODC | {"ODC_PORTAL_URL": copied}).platforms[1]

    assert str(odc.url) == "https://acme.outsystems.dev/"


def test_a_portal_on_a_port_of_its_own_keeps_it():
    copied = {"ODC_PORTAL_URL": "http://127.0.0.1:8443/portal"}

    assert str(environment.load(COMPLETE | ODC | copied).platforms[1].url) == (
        "http://127.0.0.1:8443/"
    )


def test_the_secret_of_developer_cloud_from_a_file_is_read_again(tmp_path):
    file = tmp_path / "secret"
    file.write_text("first\n", encoding="utf-8")
    environ = COMPLETE | ODC | {"ODC_CLIENT_SECRET": "", "ODC_CLIENT_SECRET_FILE": str(file)}
    secret = environment.load(environ).platforms[1].client_secret
    file.write_text("second\n", encoding="utf-8")

    assert secret.read().get_secret_value() == "second"


def test_where_no_platform_is_configured_both_kinds_are_named():
    said = sentence(SOCKET_MODE)

    assert said.startswith("No platform is configured")
    assert all(name in said for name in (*LIFETIME, *ODC, "SAST_SOURCE_CONFIG"))


def test_a_signing_secret_alone_gives_http_mode():
    environ = COMPLETE | {"SLACK_APP_TOKEN": "  ", "SLACK_SIGNING_SECRET": "signing"}

    assert environment.load(environ).slack.app_token is None


def test_the_database_stands_in_the_state_directory_that_is_asked_about():
    environ = COMPLETE | {"XDG_STATE_HOME": "/var/state"}

    assert environment.load(environ).database_url == (
        "sqlite:////var/state/sast-source/sast-source.sqlite3"
    )


def test_no_secret_shows_when_settings_are_printed():
    shown = repr(environment.load(COMPLETE | ODC))

    assert "lifetime-token" not in shown
    assert "odc-secret" not in shown


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-swapped"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xoxb-swapped"}, "SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "two words"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN_FILE": "/nowhere/token"}, "SLACK_BOT_TOKEN_FILE"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": "/nowhere/token"}, "SLACK_BOT_TOKEN_FILE"),
        ({"SLACK_API_URL": "slack"}, "SLACK_API_URL"),
        ({"LIFETIME_URL": ""}, "LIFETIME_URL"),
        ({"LIFETIME_URL": "lifetime.example.com"}, "LIFETIME_URL"),
        ({"LIFETIME_URL": "ftp://lifetime.example.com"}, "LIFETIME_URL"),
        ({"LIFETIME_TOKEN": ""}, "LIFETIME_TOKEN"),
        ({"LIFETIME_TOKEN": "clé"}, "LIFETIME_TOKEN"),
        ({"LIFETIME_TOKEN": "two\nlines"}, "LIFETIME_TOKEN"),
        ({"LIFETIME_URL": "", "LIFETIME_TOKEN": ""}, "LIFETIME_URL"),
        (ODC | {"ODC_PORTAL_URL": ""}, "ODC_PORTAL_URL is not"),
        (ODC | {"ODC_PORTAL_URL": "acme"}, "ODC_PORTAL_URL"),
        (ODC | {"ODC_CLIENT_ID": ""}, "ODC_CLIENT_ID is not"),
        (ODC | {"ODC_CLIENT_ID": "two words"}, "ODC_CLIENT_ID"),
        (ODC | {"ODC_CLIENT_SECRET": ""}, "ODC_CLIENT_SECRET (or ODC_CLIENT_SECRET_FILE) is not"),
        (ODC | {"ODC_CLIENT_SECRET": "two words"}, "ODC_CLIENT_SECRET"),
        (ODC | {"ODC_CLIENT_SECRET": "clé"}, "ODC_CLIENT_SECRET"),
        (ODC | {"ODC_CLIENT_SECRET_FILE": "/nowhere/secret"}, "ODC_CLIENT_SECRET_FILE"),
        (
            {"ODC_PORTAL_URL": "https://acme.outsystems.dev"},
            "ODC_CLIENT_ID and ODC_CLIENT_SECRET (or ODC_CLIENT_SECRET_FILE) are not",
        ),
        ({"PUBLIC_URL": "bot.example.com"}, "PUBLIC_URL"),
        ({"LISTEN": "3000"}, "LISTEN"),
        ({"LISTEN": ":3000"}, "LISTEN"),
        ({"LISTEN": "::1:3000"}, "LISTEN"),
        ({"LISTEN": "127.0.0.1:²"}, "LISTEN"),
        ({"LISTEN": "127.0.0.1:65536"}, "LISTEN"),
        ({"METRICS_LISTEN": "127.0.0.1:" + "9" * 5000}, "METRICS_LISTEN"),
        ({"DATABASE_URL": "bot.sqlite3"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://bot:swapped@db.example.com/bot"}, "DATABASE_URL"),
        ({"ALLOW_PRODUCTION": "perhaps"}, "ALLOW_PRODUCTION"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"SAST_SOURCE_CONFIG": "/nowhere/sast-source.toml"}, "SAST_SOURCE_CONFIG"),
        ({"SAST_SOURCE_CONFIG": "/"}, "SAST_SOURCE_CONFIG"),
    ],
)
def test_what_is_wrong_or_missing_is_one_sentence_that_names_the_variable(change, named):
    said = sentence(COMPLETE | change)

    assert named in said
    assert said.endswith(".")
    assert "\n" not in said
    assert not any(secret in said for secret in ("clé", "two words", "swapped"))


def test_several_things_that_are_wrong_are_each_said():
    said = environment.complaints({"LISTEN": "3000", "LOG_FORMAT": "xml", "HOME": "/home/x"})

    named = ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "LIFETIME_URL", "LISTEN", "LOG_FORMAT")
    assert len(said) == len(named)
    assert all(name in text for name, text in zip(named, said, strict=True))


def test_both_platforms_complain_and_nothing_is_said_twice():
    environ = COMPLETE | ODC | {"LIFETIME_URL": "", "ODC_CLIENT_ID": ""}

    lifetime, odc = environment.complaints(environ)

    assert "LIFETIME_URL" in lifetime
    assert "ODC_CLIENT_ID" in odc


def test_the_first_complaint_is_the_one_that_load_makes():
    environ = {"PUBLIC_URL": "nonsense"}

    assert environment.complaints(environ)[0] == sentence(environ)


def test_right_settings_give_no_complaints():
    assert environment.complaints(COMPLETE) == ()


def test_dot_env_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (*COMPLETE, "LOG_FORMAT", "LISTEN", "SAST_SOURCE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    lines = [f"{name}={value}" for name, value in COMPLETE.items()]
    written(tmp_path, ".env", "\n".join([*lines, "LOG_FORMAT=json", "LISTEN=127.0.0.1:4000"]))
    monkeypatch.setenv("LISTEN", "127.0.0.1:5000")

    settings = environment.load()

    assert settings.log_format == "json"
    assert settings.listen.port == 5000


def test_a_dot_env_that_is_no_text_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")

    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        environment.load()


def test_a_secret_from_a_file_is_read_again(tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n", encoding="utf-8")
    environ = {name: value for name, value in COMPLETE.items() if name != "LIFETIME_TOKEN"}
    settings = environment.load(environ | {"LIFETIME_TOKEN_FILE": str(file)})
    token = settings.platforms[0].token
    assert token.read().get_secret_value() == "first"

    file.write_text("second\n", encoding="utf-8")

    assert token.read().get_secret_value() == "second"


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"two words"])
def test_a_secret_file_that_holds_no_secret_names_its_variable(tmp_path, content):
    file = tmp_path / "token"
    file.write_bytes(content)
    environ = {name: value for name, value in COMPLETE.items() if name != "LIFETIME_TOKEN"}

    said = sentence(environ | {"LIFETIME_TOKEN_FILE": str(file)})

    assert said.startswith("LIFETIME_TOKEN_FILE cannot be used")


def test_a_secret_given_twice_is_refused(tmp_path):
    file = written(tmp_path, "token", "other")

    assert "both set" in sentence(COMPLETE | {"LIFETIME_TOKEN_FILE": file})
