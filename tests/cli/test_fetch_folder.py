"""The output folder: one run at a time, a manifest that is always whole, names that differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.cli.fetch.folder import FolderUnusable, open_folder
from bot.cli.fetch.manifest import Asked, Entry, Failed, Reason, State
from bot.clock import SystemClock
from bot.domain.target import Build, Environment, Revision, RevisionWish, Target

CLOCK = SystemClock()


def written(folder) -> list[dict]:
    return json.loads((folder / "manifest.json").read_text())["applications"]


TESTING = Environment(platform="O11", key="e-1", name="Testing")


def target(name: str = "Shop", key: str = "a-1", label: str = "1.4.0", **fields) -> Target:
    return Target(
        platform="O11",
        environment=TESTING,
        application=key,
        application_name=name,
        revision=Revision(label=label),
        **fields,
    )


def entry(of: Target, **fields: object) -> Entry:
    asked = Asked(application=of.application_name, environment="Testing", wish=of.wish)
    begun = Entry.of(asked, of, State.PACKAGING)
    return begun.model_copy(update={"package_key": "p-1", **fields})


def test_what_is_kept_is_found_by_the_next_run(tmp_path):
    at = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    with open_folder(tmp_path / "out", CLOCK) as folder:
        folder.keep(entry(target(), requested_at=at))
    with open_folder(tmp_path / "out", CLOCK) as folder:
        found = folder.find(target())

    assert found is not None
    assert found.package_key == "p-1"
    assert found.requested_at == at


def test_an_entry_takes_the_place_of_the_one_for_the_same_application(tmp_path):
    with open_folder(tmp_path, CLOCK) as folder:
        folder.keep(entry(target()))
        folder.keep(entry(target(name="Renamed Shop"), package_key="p-2"))
        folder.keep(entry(target("Other", "a-2")))
    manifest = json.loads((tmp_path / "manifest.json").read_text())

    assert [e["package_key"] for e in manifest["applications"]] == ["p-1", "p-2"]
    assert [e["target"]["application"]["name"] for e in manifest["applications"]] == [
        "Other",
        "Renamed Shop",
    ]


def test_a_second_run_on_the_same_folder_is_refused_in_words(tmp_path):
    with (
        open_folder(tmp_path, CLOCK),
        pytest.raises(FolderUnusable, match="Another sast-source fetch is writing"),
        open_folder(tmp_path, CLOCK),
    ):
        pass


def test_the_folder_is_free_again_when_a_run_has_ended(tmp_path):
    with open_folder(tmp_path, CLOCK):
        pass
    with open_folder(tmp_path, CLOCK) as folder:
        assert folder.find(target()) is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": "something else", "version": 1}', "\xff", '{"applications": 1}'],
)
def test_a_manifest_of_something_else_is_not_overwritten(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content, encoding="latin-1")

    with pytest.raises(FolderUnusable, match="not a manifest that this version writes"):
        open_folder(tmp_path, CLOCK).__enter__()
    assert (tmp_path / "manifest.json").read_text(encoding="latin-1") == content


def test_a_manifest_of_a_newer_version_names_its_version(tmp_path):
    manifest = {"format": "sast-source-manifest", "version": 2, "written_at": "x"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(FolderUnusable, match="version 2"):
        open_folder(tmp_path, CLOCK).__enter__()


def test_fields_of_a_later_sast_source_are_passed_over(tmp_path):
    with open_folder(tmp_path, CLOCK) as folder:
        folder.keep(entry(target()))
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["applications"][0]["scanned"] = True
    path.write_text(json.dumps(manifest))

    with open_folder(tmp_path, CLOCK) as folder:
        assert folder.find(target()) is not None


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FolderUnusable, match="cannot be used"):
        open_folder(tmp_path / "file" / "out", CLOCK).__enter__()


def test_a_manifest_that_cannot_be_written_is_a_sentence_and_the_old_one_stays(tmp_path):
    with open_folder(tmp_path, CLOCK) as folder:
        folder.keep(entry(target()))
        (tmp_path / ".manifest.json.part").mkdir()
        with pytest.raises(FolderUnusable, match="cannot be written"):
            folder.keep(entry(target(), package_key="p-2"))

    assert json.loads((tmp_path / "manifest.json").read_text())["applications"][0][
        "package_key"
    ] == ("p-1")


def test_two_applications_of_one_name_get_two_files(tmp_path):
    with open_folder(tmp_path, CLOCK) as folder:
        first = folder.file_name(target())
        second = folder.file_name(target(key="a-2"))

        assert first == "Shop-Testing-1.4.0.zip"
        assert second.startswith("Shop-Testing-1.4.0-")
        assert second.endswith(".zip")
        assert folder.file_name(target()) == first


def test_a_name_that_stands_in_the_manifest_is_taken(tmp_path):
    with open_folder(tmp_path, CLOCK) as folder:
        folder.keep(entry(target(), state=State.DONE, file="Shop-Testing-1.4.0.zip"))
    with open_folder(tmp_path, CLOCK) as folder:
        assert folder.file_name(target(key="a-2")) != "Shop-Testing-1.4.0.zip"
        assert folder.file_name(target()) == "Shop-Testing-1.4.0.zip"


@pytest.mark.parametrize(
    ("reason", "goes_on"),
    [
        (None, True),
        (Reason.PLATFORM, True),
        (Reason.DISK, True),
        (Reason.NAMES, True),
        (Reason.PACKAGING, False),
        (Reason.DEADLINE, False),
        (Reason.DAMAGED, False),
        (Reason.GONE, False),
    ],
)
def test_only_what_ended_the_package_makes_the_next_run_ask_for_another(reason, goes_on):
    failure = Failed(reason=reason, text="x") if reason else None

    assert entry(target(), failure=failure).goes_on_with(target()) is goes_on


def test_a_package_of_another_revision_or_build_is_not_gone_on_with():
    modified = target().model_copy(update={"revision": Revision(label="1.4.0", is_modified=True)})
    rebuilt = target(build=Build(key="b-2", reason="The newest."))

    assert not entry(target()).goes_on_with(target(label="1.5.0"))
    assert not entry(target()).goes_on_with(modified)
    assert not entry(target()).goes_on_with(rebuilt)
    assert not entry(target(build=Build(key="b-1", reason="x"))).goes_on_with(rebuilt)
    assert entry(target(build=Build(key="b-2", reason="Then."))).goes_on_with(rebuilt)


def test_a_request_that_was_not_answered_is_known_for_that_very_build_only():
    at = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    sent = entry(target(), package_key=None, sent_at=at)

    assert sent.unanswered(target()) == at
    assert sent.unanswered(target(label="1.5.0")) is None
    assert entry(target(), sent_at=at).unanswered(target()) is None
    assert not sent.goes_on_with(target())


def test_two_revisions_of_one_application_stand_side_by_side(tmp_path):
    twelve, tagged = RevisionWish(number=12), RevisionWish(tag="1.4.0")
    alone = {"environment": None}
    with open_folder(tmp_path, CLOCK) as folder:
        for wish, package in ((None, "p-0"), (twelve, "p-12"), (tagged, "p-t")):
            one = target(wish=wish).model_copy(update=alone)
            name = folder.file_name(one)
            folder.keep(entry(one, package_key=package, file=name, state=State.DONE))
        found = folder.find(target(wish=twelve).model_copy(update=alone))
        files = {each["file"] for each in written(tmp_path)}

        assert found.package_key == "p-12"
        assert folder.find(target(wish=RevisionWish(number=11)).model_copy(update=alone)) is None
    assert len(files) == 3
    assert [each["target"]["environment"] for each in written(tmp_path)] == [None] * 3
    assert [each["package_key"] for each in written(tmp_path)] == ["p-0", "p-12", "p-t"]


def test_what_could_not_be_found_is_told_apart_by_what_was_wished_for(tmp_path):
    failed = {"state": State.FAILED, "failure": Failed(reason=Reason.NAMES, text="No.")}
    with open_folder(tmp_path, CLOCK) as folder:
        for wish in (None, RevisionWish(number=12)):
            folder.keep(Entry(asked=Asked(application="Shop", wish=wish), **failed))

    assert [each["asked"]["environment"] for each in written(tmp_path)] == [None, None]
