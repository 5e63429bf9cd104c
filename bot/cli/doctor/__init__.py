"""`sast-source doctor`: whether this installation can work, and how to mend what cannot.

One check per file; `examine` runs them side by side, `report` shows what they found.
"""

from __future__ import annotations

from bot.cli.doctor.command import doctor

__all__ = ["doctor"]
