"""What every test may use, and what none may do."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    """Keep the machine's own settings and state out of every test."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "LIFETIME_", "ODC_")) or name in {
            "PUBLIC_URL",
            "LISTEN",
            "METRICS_LISTEN",
            "DATABASE_URL",
            "ALLOW_PRODUCTION",
            "SAST_SOURCE_CONFIG",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
