"""What Sonarr and Radarr say in the environment of a custom script."""

from __future__ import annotations

import pytest

from synctui.adapters.arr import told
from synctui.errors import UsageError
from synctui.model.library import Change

S, R = "/tv/Show/Season 1/Show S01E0", "/films/Salt (2019)/Salt"


def changes(environment: dict[str, str]) -> list[tuple[str, str, str | None]]:
    """Return what is noted: change, path, where it was before."""
    return [(one.change, one.path, one.previous) for one in told(environment).changes]


def test_an_import_is_a_new_file() -> None:
    event = {"sonarr_eventtype": "Download", "sonarr_episodefile_path": f"{S}1.mkv", "sonarr_isupgrade": "False"}
    assert changes(event) == [("created", f"{S}1.mkv", None)]
    assert told(event).changes == (Change(f"{S}1.mkv", "created", "sonarr"),)


@pytest.mark.parametrize("spelling", [str.upper, str.lower, str.title])
def test_names_count_whatever_their_case(spelling: object) -> None:
    event = {"Radarr_EventType": "download", "Radarr_MovieFile_Path": f"{R}.mkv"}
    spelled = {spelling(name): value for name, value in event.items()}  # type: ignore[operator]
    assert changes(spelled) == [("created", f"{R}.mkv", None)]


def test_a_better_version_is_the_same_film_moved() -> None:
    event = {
        "radarr_eventtype": "Download",
        "radarr_isupgrade": "True",
        "radarr_moviefile_path": f"{R} 1080p.mkv",
        "radarr_deletedpaths": f"{R} 720p.mkv",
    }
    assert changes(event) == [("moved", f"{R} 1080p.mkv", f"{R} 720p.mkv")]


def test_a_better_version_under_the_same_name_changed() -> None:
    event = {"radarr_eventtype": "Download", "radarr_moviefile_path": f"{R}.mkv", "radarr_deletedpaths": f"{R}.mkv"}
    assert changes(event) == [("modified", f"{R}.mkv", None)]


def test_several_files_stand_between_bars() -> None:
    event = {
        "sonarr_eventtype": "Download",
        "sonarr_episodefile_paths": f"{S}1.mkv|{S}2.mkv",
        "sonarr_deletedpaths": f"{S}1.avi|{S}2.mkv|",
    }
    assert changes(event) == [
        ("created", f"{S}1.mkv", None),
        ("modified", f"{S}2.mkv", None),
        ("removed", f"{S}1.avi", None),
    ]


@pytest.mark.parametrize(
    ("event", "change"),
    [("Download", "created"), ("MovieFileDelete", "removed")],
)
def test_a_bar_in_one_path_is_part_of_it(event: str, change: str) -> None:
    odd = "/films/Face|Off (1997)/Face|Off.mkv"
    assert changes({"radarr_eventtype": event, "radarr_moviefile_path": odd}) == [(change, odd, None)]
    gone = {"radarr_eventtype": "MovieDelete", "radarr_movie_path": odd, "radarr_movie_deletedfiles": "True"}
    assert changes(gone) == [("removed", odd, None)]


def test_a_file_for_several_that_went_is_new_and_they_are_gone() -> None:
    event = {"sonarr_eventtype": "Download", "sonarr_episodefile_path": "/a.mkv", "sonarr_deletedpaths": "/b.mkv|/c.mkv"}
    assert changes(event) == [("created", "/a.mkv", None), ("removed", "/b.mkv", None), ("removed", "/c.mkv", None)]


def test_renamed_files_are_paired_in_their_order() -> None:
    event = {
        "sonarr_eventtype": "Rename",
        "sonarr_episodefile_paths": "/n1.mkv|/same.mkv|/n3.mkv",
        "sonarr_episodefile_previouspaths": "/o1.mkv|/same.mkv",
    }
    assert changes(event) == [
        ("moved", "/n1.mkv", "/o1.mkv"),
        ("modified", "/same.mkv", None),
        ("created", "/n3.mkv", None),
    ]


def test_deleted_files_and_films_went() -> None:
    gone = {"sonarr_eventtype": "EpisodeFileDelete", "sonarr_episodefile_path": f"{S}1.mkv"}
    assert changes(gone) == [("removed", f"{S}1.mkv", None)]
    film = {
        "radarr_eventtype": "MovieDelete",
        "radarr_movie_path": "/films/Salt (2019)",
        "radarr_movie_deletedfiles": "True",
    }
    assert changes(film) == [("removed", "/films/Salt (2019)", None)]
    assert changes({**film, "radarr_movie_deletedfiles": "False"}) == [], "its files are still there"


@pytest.mark.parametrize(
    "event", ["Test", "Grab", "HealthIssue", "HealthRestored", "ApplicationUpdate", "MovieAdded", "Strange"]
)
def test_other_events_note_nothing(event: str) -> None:
    said = told({"radarr_eventtype": event, "radarr_movie_path": "/films/Salt (2019)", "radarr_moviefile_path": "/x.mkv"})
    assert (said.app, said.event, said.changes) == ("radarr", event, ())


@pytest.mark.parametrize("environment", [{}, {"sonarr_episodefile_path": "/a.mkv"}, {"sonarr_eventtype": ""}])
def test_without_an_event_it_says_how_to_set_it_up(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        told(environment)
    assert "custom script" in raised.value.hint


def test_hostile_values_are_kept_as_they_are_or_left_out() -> None:
    event = {"sonarr_eventtype": "Download", "sonarr_episodefile_paths": "|a\0b||\x1b[31m.mkv|\udcff.mkv"}
    assert changes(event) == [("created", "\x1b[31m.mkv", None), ("created", "\udcff.mkv", None)]
