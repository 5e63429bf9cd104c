"""Which visitors only want a preview of a link, and are no people.

Chat and mail programs ask for every address that is posted; serving them would move a package for
nobody. They are told by their user agent, which they state honestly. This is no protection: the
token is.
"""

from __future__ import annotations

import re

# Names as their makers publish them. Slack's own programs for people (Slack_SSB) are not here, and
# "bot" alone would also match telephones made by Cubot.
_ROBOT = re.compile(
    r"""slackbot | slack-imgproxy | facebookexternalhit | facebookcatalog | facebot
      | meta-external | twitterbot | discordbot | ^whatsapp/ | skypeuripreview
      | microsoftpreview | bingpreview | bingbot | linkedinbot | googlebot | google-inspectiontool
      | googleother | google-safety | mediapartners-google | telegrambot | applebot | redditbot
      | pinterestbot | mastodon | iframely | embedly | yandexbot | baiduspider | duckduckbot
      | line-poker | petalbot | semrushbot | ahrefsbot
      | [a-z]-?bot/ | \(bot; | crawler | spider""",
    re.IGNORECASE | re.VERBOSE,
)


def is_robot(user_agent: str) -> bool:
    """Whether this user agent fetches links for previews or an index."""
    return _ROBOT.search(user_agent) is not None
