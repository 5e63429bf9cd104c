"""A sandbox ODC behind a recording, on a clock that stands still, and a client that may call it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout
from yarl import URL

from bot.sandbox.odc import Fault, SandboxOdc
from bot.sandbox.odc.asset_api import ASSET_API
from bot.sandbox.odc.build_api import BUILD_API
from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE, EMPLOYEE_BACKOFFICE_BUILD
from bot.sandbox.odc.portfolio_api import PORTFOLIO_API
from tests.sandbox.odc.openapi import FILES, Exchange, Published
from tests.sandbox.odc.recording import Recording, recorded
from tests.sandbox.stepped_clock import SteppedClock

_PUBLISHED = Published(FILES)


ROUTES = (*PORTFOLIO_API, *ASSET_API, *BUILD_API)
METHOD = {name: method for method, _, name, _ in ROUTES}
PORTFOLIOS, ASSETS, BUILDS = "/api/portfolios/v2", "/api/asset-repository/v1", "/api/builds/v1"
ASSET = f"{ASSETS}/assets/{EMPLOYEE_BACKOFFICE}"
BUILD = f"{BUILDS}/build-operations/{EMPLOYEE_BACKOFFICE_BUILD}"
OF_REVISION = f"{BUILDS}/build-operations?assetKey={EMPLOYEE_BACKOFFICE}&assetRevision="

GOOD = {
    "environments": f"{PORTFOLIOS}/environments",
    "portfolios": f"{PORTFOLIOS}/portfolios",
    "deployed_assets": f"{PORTFOLIOS}/deployed-assets",
    "assets": f"{ASSETS}/assets",
    "asset": ASSET,
    "revisions": f"{ASSET}/revisions",
    "revision": f"{ASSET}/revisions/12",
    "latest_revision": f"{ASSET}/latest-revision",
    "highest_tag": f"{ASSET}/highest-tag-revision",
    "oml": f"{ASSET}/revisions/12/source-code",
    "builds": f"{OF_REVISION}12",
    "build": BUILD,
    "start": f"{BUILD}/generated-code",
    "status": f"{BUILD}/generated-code",
}
"""A request that each call grants; `status` once `start` was granted."""


class RecordedOdc:
    """Calls the sandbox, and judges what it answers."""

    def __init__(self, sandbox: SandboxOdc, recording: Recording, session: ClientSession) -> None:
        self.sandbox = sandbox
        self.published = _PUBLISHED
        self._recording = recording
        self._session = session

    async def ask(self, method, path, authorization=None) -> Exchange:
        """Call it, with a good token unless another header is given ("" for none)."""
        if authorization is None:
            authorization = f"Bearer {self._token()}"
        headers = {"Authorization": authorization} if authorization else {}
        url = URL(self._recording.url + path, encoded=True)
        async with self._session.request(
            method, url, headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
        return self._recording.exchanges[-1]

    def fault(self, kind, **more) -> Fault:
        """Let something go wrong for ever, in place of what did so far."""
        fault = Fault(kind, **{"times": None, **more})
        self.sandbox.knobs.faults = [fault]
        return fault

    @property
    def problems(self) -> list[str]:
        """What of all answers so far is not as published."""
        exchanges = self._recording.exchanges
        return [each for one in exchanges for each in self.published.problems_with_answer(one)]

    @property
    def statuses(self) -> list[int]:
        """The status of each answer so far."""
        return [each.answer.status for each in self._recording.exchanges]

    def _token(self) -> str:
        # Handed out directly, so that only what is tested goes through the recording.
        return self.sandbox.access.give(self.sandbox.clock.now(), 600)


@asynccontextmanager
async def recorded_odc() -> AsyncIterator[RecordedOdc]:
    """Start it all, and stop it in the end."""
    sandbox = SandboxOdc(clock=SteppedClock())
    # No answer takes as long; a test that waits for one must not hang.
    timeout = ClientTimeout(total=20)
    async with recorded(await sandbox.start()) as recording, ClientSession(timeout=timeout) as own:
        yield RecordedOdc(sandbox, recording, own)
    await sandbox.stop()


async def packaging(odc):
    """Go through a packaging, and give what each call says."""
    told = [await _told(odc, "status"), await _told(odc, "start")]
    for seconds in (0, 5, 60):
        odc.sandbox.clock.step(seconds)
        told.append(await _told(odc, "status"))
    return told


async def _told(odc, name):
    answer = (await odc.ask(METHOD[name], GOOD[name])).answer
    return json.loads(answer.text).get("status", answer.status)


async def granted(odc, name):
    """Make the good request of a call, after what it needs."""
    if name == "status":
        await odc.ask("POST", GOOD["start"])
    return await odc.ask(METHOD[name], GOOD[name])
