"""Named ways to go wrong, for people to choose from."""

from __future__ import annotations

from bot.sandbox.api.scenarios import PlatformScenario
from bot.sandbox.lifetime import texts
from bot.sandbox.lifetime.faults import Fault


class Scenario(PlatformScenario[Fault]):
    """One way for LifeTime to behave, and a sentence that says it."""


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("All well", "LifeTime answers, packages and delivers as it should."),
    Scenario(
        "Packaging is slow",
        "Each packaging takes two minutes.",
        (Fault("takes", seconds=120, times=None),),
    ),
    Scenario(
        "Packaging fails",
        "Each packaging ends with an error and says why.",
        (Fault("fails", text=texts.PACKAGING_FAILED, times=None),),
    ),
    Scenario(
        "Package too large",
        "Each packaging ends because the package exceeds the 150 MB that LifeTime allows.",
        (Fault("fails", text=texts.TOO_BIG, times=None),),
    ),
    Scenario(
        "Packaging never finishes",
        "LifeTime says for ever that the packaging is in progress.",
        (Fault("never_done", times=None),),
    ),
    Scenario(
        "Unknown status",
        "LifeTime gives the packaging a status that OutSystems has not published.",
        (Fault("status_value", value="Suspended", times=None),),
    ),
    Scenario(
        "LifeTime down for 10 s",
        "LifeTime drops every connection for ten seconds, from the next call on.",
        (Fault("drop_before", times=None, lasts=10),),
    ),
    Scenario(
        "Answers get lost",
        "LifeTime does what it is asked, but one answer in four never arrives.",
        (Fault("drop_after", times=None, probability=0.25),),
    ),
    Scenario(
        "Busy",
        "LifeTime answers the next five calls with 429 and asks to wait two seconds.",
        (Fault("answer", status=429, retry_after=2, times=5),),
    ),
    Scenario(
        "Token refused",
        "LifeTime refuses the token, as it does when it has expired or was replaced.",
        (Fault("answer", status=403, text=texts.AUTHENTICATION_FAILED, times=None),),
    ),
    Scenario(
        "No permission",
        "The service account lacks Open and Debug, so no packaging may be started.",
        (Fault("answer", call="start", status=403, text=texts.NO_PERMISSION, times=None),),
    ),
    Scenario(
        "Production refused",
        "LifeTime refuses every packaging in the words it has for production.",
        (Fault("answer", call="start", status=400, text=texts.PRODUCTION_REFUSED, times=None),),
    ),
    Scenario(
        "Link expired before use",
        "The next download finds that its link no longer works.",
        (Fault("answer", call="download", status=404, text=texts.NO_SUCH_DOWNLOAD),),
    ),
    Scenario(
        "Download cut",
        "The connection breaks half-way through the next download.",
        (Fault("cut"),),
    ),
    Scenario(
        "Login page instead of the package",
        "The next download gets an HTML page with status 200.",
        (Fault("html", call="download"),),
    ),
    Scenario(
        "Package gone at renewal",
        "Links live one minute, and LifeTime throws the package away two minutes after it is done.",
        (Fault("short_link", seconds=60, times=None), Fault("kept", seconds=120, times=None)),
    ),
)
