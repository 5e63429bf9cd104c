"""Named ways to go wrong, for people to choose from."""

from __future__ import annotations

from bot.sandbox.api.scenarios import PlatformScenario
from bot.sandbox.odc import texts
from bot.sandbox.odc.faults import Fault


class Scenario(PlatformScenario[Fault]):
    """One way for ODC to behave, and a sentence that says it."""


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("All well", "ODC answers, packages and delivers as it should."),
    Scenario(
        "Packaging is slow",
        "Each packaging takes two minutes.",
        (Fault("takes", seconds=120, times=None),),
    ),
    Scenario(
        "Packaging fails",
        "Each packaging ends as Failed and says why.",
        (Fault("fails", text=texts.PACKAGING_FAILED, times=None),),
    ),
    Scenario(
        "Packaging fails silently",
        "Each packaging ends as Failed and does not say why.",
        (Fault("fails", times=None), Fault("errors_null", times=None)),
    ),
    Scenario(
        "Packaging times out",
        "Each packaging ends as TimedOut, by ODC's own limit.",
        (Fault("times_out", times=None),),
    ),
    Scenario(
        "Packaging never finishes",
        "ODC says for ever that the packaging is running.",
        (Fault("never_done", times=None),),
    ),
    Scenario(
        "Packaging is not started",
        "The next packaging is answered with 201, but ODC says that it did not begin.",
        (Fault("unsuccessful"),),
    ),
    Scenario(
        "Packaging is seen late",
        "ODC does not know of a packaging until 15 seconds after it was asked for.",
        (Fault("not_visible", seconds=15, times=None),),
    ),
    Scenario(
        "Finished without a link",
        "The next two times that a packaging is finished, ODC forgets to say where it is.",
        (Fault("finished_without_uri", times=2),),
    ),
    Scenario(
        "Unknown status",
        "ODC gives the packaging a status that OutSystems has not published.",
        (Fault("status_value", value="Suspended", times=None),),
    ),
    Scenario(
        "Build refused",
        "ODC refuses every packaging because the build is not valid for it.",
        (Fault("invalid_build", text=texts.INVALID_BUILD, times=None),),
    ),
    Scenario(
        "ODC down for 10 s",
        "ODC drops every connection for ten seconds, from the next call on.",
        (Fault("drop_before", times=None, lasts=10),),
    ),
    Scenario(
        "Answers get lost",
        "ODC does what it is asked, but one answer in four never arrives.",
        (Fault("drop_after", times=None, probability=0.25),),
    ),
    Scenario(
        "Busy",
        "ODC answers the next five calls with 429 and does not say how long to wait.",
        (Fault("answer", status=429, times=5),),
    ),
    Scenario(
        "Error page from the gateway",
        "The next two calls get an HTML page with status 502.",
        (Fault("html", status=502, times=2),),
    ),
    Scenario(
        "Client suspended",
        "The API client is suspended: it gets no tokens, and those it has are refused.",
        (Fault("suspended", times=None),),
    ),
    Scenario(
        "Tokens expire early",
        "With the next call, ODC forgets every token that it has given.",
        (Fault("expire_tokens"),),
    ),
    Scenario(
        "No permission",
        "The API client lacks Asset management > Open, so no packaging may be started.",
        (Fault("answer", call="start", status=403, text=texts.FORBIDDEN, times=None),),
    ),
    Scenario(
        "Personal Edition",
        "ODC gives no generated code, because the organisation is a Personal Edition.",
        (Fault("personal_edition", times=None),),
    ),
    Scenario(
        "Link expired before use",
        "The next link is refused by the storage although it has not expired.",
        (Fault("dead_link"),),
    ),
    Scenario(
        "Download cut",
        "The connection breaks half-way through the next download.",
        (Fault("cut"),),
    ),
    Scenario(
        "Error page instead of the package",
        "The next download gets an HTML page with status 200.",
        (Fault("html", call="download"),),
    ),
    Scenario(
        "Package gone at renewal",
        "Links live one minute, and ODC throws the package away two minutes after it is done.",
        (Fault("short_link", seconds=60, times=None), Fault("kept", seconds=120, times=None)),
    ),
)
