"""How a client comes by a token of the sandbox ODC, and how it loses it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

INVALID = {
    "error": "unauthorized_client",
    "error_description": "Invalid client or Invalid client credentials",
}
ENVIRONMENTS = "/api/portfolios/v2/environments"


async def test_discovery_names_a_token_endpoint_on_another_host(sandbox, stranger):
    document = await stranger.discovery()
    endpoint = urlsplit(document["token_endpoint"])
    assert endpoint.netloc == urlsplit(sandbox.identity_url).netloc
    assert endpoint.netloc != urlsplit(sandbox.url).netloc
    assert endpoint.path.startswith("/auth/realms/")
    assert document["issuer"] in document["token_endpoint"]


async def test_good_credentials_give_a_bearer_token_for_twelve_hours(sandbox, stranger):
    status, body = await stranger.sign_in()
    assert status == 200
    assert body == {
        "access_token": body["access_token"],
        "expires_in": 43200,
        "token_type": "Bearer",
    }
    assert (await stranger.json("GET", ENVIRONMENTS))[0] == 200
    assert (sandbox.calls.token_requests, sandbox.calls.tokens_given) == (1, 1)


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"client_secret": "wrong"}])
async def test_wrong_credentials_are_refused_in_keycloaks_words(sandbox, stranger, wrong):
    assert await stranger.sign_in(**wrong) == (401, INVALID)
    assert (sandbox.calls.token_requests, sandbox.calls.tokens_given) == (1, 0)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"data": {"grant_type": "password"}}, "unsupported_grant_type"),
        ({"data": {"client_id": "good-client"}}, "invalid_request"),
        ({"json": {"grant_type": "client_credentials"}}, "invalid_request"),
    ],
)
async def test_what_is_no_form_of_client_credentials_is_a_bad_request(stranger, sent, error):
    endpoint = (await stranger.discovery())["token_endpoint"]
    async with stranger.session.post(endpoint, **sent) as response:
        assert response.status == 400
        assert (await response.json())["error"] == error


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Basic x", "bare", "bearer {token}"])
async def test_every_api_call_without_a_good_bearer_is_401_as_problem_details(
    client, authorization
):
    given = authorization.format(token=client.token)
    for path in (ENVIRONMENTS, client.assets, client.code(), "/api/nonsense/v1/things"):
        async with client.call("GET", path, given) as response:
            assert (response.status, response.content_type) == (401, "application/json")
            problem = await response.json()
        assert problem["status"] == 401
        assert problem["title"] == "Unauthorized"
        assert problem["detail"]
        assert problem["traceId"]
        assert problem["errorCode"]


async def test_a_token_ends_when_its_seconds_are_over(sandbox, stranger):
    sandbox.knobs.token_seconds = 300
    assert (await stranger.sign_in())[1]["expires_in"] == 300
    sandbox.clock.step(299)
    assert (await stranger.json("GET", ENVIRONMENTS))[0] == 200
    sandbox.clock.step(1)
    assert (await stranger.json("GET", ENVIRONMENTS))[0] == 401


async def test_several_tokens_are_good_at_once_until_all_expire(sandbox, stranger):
    tokens = [(await stranger.sign_in())[1]["access_token"] for _ in range(2)]
    assert tokens[0] != tokens[1]
    calls = [await stranger.json("GET", ENVIRONMENTS, f"Bearer {each}") for each in tokens]
    assert [status for status, _ in calls] == [200, 200]
    sandbox.expire_tokens()
    calls = [await stranger.json("GET", ENVIRONMENTS, f"Bearer {each}") for each in tokens]
    assert [status for status, _ in calls] == [401, 401]
    await stranger.sign_in()
    assert (await stranger.json("GET", ENVIRONMENTS))[0] == 200


async def test_suspending_the_client_kills_its_tokens_for_good_and_gives_no_new_ones(
    sandbox, client
):
    old = client.token
    sandbox.suspend_client()
    assert (await client.json("GET", ENVIRONMENTS))[0] == 401
    assert await client.sign_in() == (401, INVALID)
    sandbox.resume_client()
    assert (await client.json("GET", ENVIRONMENTS, f"Bearer {old}"))[0] == 401
    assert (await client.sign_in())[0] == 200
    assert (await client.json("GET", ENVIRONMENTS))[0] == 200


async def test_a_rotated_secret_refuses_the_old_one_and_leaves_tokens_alone(sandbox, client):
    sandbox.rotate_secret("newer-secret")
    assert await client.sign_in(client_secret="good-secret") == (401, INVALID)
    assert (await client.json("GET", ENVIRONMENTS))[0] == 200
    assert (await client.sign_in(client_secret="newer-secret"))[0] == 200
    assert sandbox.client_secret == "newer-secret"


async def test_tokens_can_be_forgotten_in_the_middle_of_a_run(client):
    client.fault("expire_tokens", call="status", after=1)
    await client.finished()
    assert [(await client.status())[0] for _ in range(2)] == [200, 401]
    await client.sign_in()
    assert (await client.status())[0] == 200


async def test_a_suspended_client_can_be_pretended(client):
    client.fault("suspended", times=None)
    assert (await client.json("GET", ENVIRONMENTS))[0] == 401
    assert await client.sign_in() == (401, INVALID)


async def test_discovery_can_name_a_foreign_token_endpoint_or_none_or_be_nonsense(client):
    client.fault("foreign_token_endpoint", text="https://evil.example/token")
    assert (await client.discovery())["token_endpoint"] == "https://evil.example/token"
    client.fault("bad_discovery")
    assert "token_endpoint" not in await client.discovery()
    client.fault("bad_discovery", text="[]")
    assert await client.discovery() == []


async def test_another_realm_does_not_exist(sandbox, stranger):
    url = f"{sandbox.identity_url}/auth/realms/other/protocol/openid-connect/token"
    async with stranger.session.post(url, data={}) as response:
        assert response.status == 404
        assert (await response.json())["error_description"] == "Realm does not exist"


async def test_a_stopped_sandbox_comes_back_on_the_same_ports_with_its_memory(sandbox, client):
    await client.start()
    before = (sandbox.url, sandbox.identity_url, sandbox.storage_url)
    assert len(set(before)) == 3
    await sandbox.stop()
    assert await sandbox.start() == before[0]
    assert (sandbox.url, sandbox.identity_url, sandbox.storage_url) == before
    assert await client.standing() == "NotStarted"
