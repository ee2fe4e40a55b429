"""The documents that a Stash server is asked; each is checked against its real schema by the tests.

Ids are asked for as they are sorted, and pages go on behind the last id: pages by number miss rows when others are deleted.
"""

from __future__ import annotations

_COUNTERS = "o_counter play_count play_duration resume_time"
_FINGERPRINTS = "fingerprints { type value }"
_IDS = "stash_ids { endpoint stash_id }"

FILE = "id path size duration mod_time updated_at width height video_codec audio_codec frame_rate bit_rate " + _FINGERPRINTS
SCENE = (
    "id title code details director date rating100 organized interactive created_at updated_at last_played_at urls "
    f"{_COUNTERS} {_IDS} studio {{ id name }} performers {{ id name }} tags {{ id name }} files {{ {FILE} }}"
)
PERFORMER = (
    "id name disambiguation alias_list gender birthdate death_date country details rating100 favorite urls created_at "
    f"updated_at {_IDS}"
)
TAG = f"id name sort_name description aliases favorite created_at updated_at parents {{ id }} {_IDS}"
STUDIO = f"id name details rating100 favorite urls aliases created_at updated_at parent_studio {{ id }} {_IDS}"

STATUS = "query Status { systemStatus { status databaseSchema appSchema } version { version } }"

_NEWEST = '{ per_page: 1, sort: "updated_at", direction: DESC }'
_HASHED = 'phash_distance: { value: "", modifier: NOT_NULL }'
PROBE = f"""query Probe {{
  scenes: findScenes(filter: {_NEWEST}) {{ count scenes {{ updated_at }} }}
  performers: findPerformers(filter: {_NEWEST}) {{ count performers {{ updated_at }} }}
  tags: findTags(filter: {_NEWEST}) {{ count tags {{ updated_at }} }}
  studios: findStudios(filter: {_NEWEST}) {{ count studios {{ updated_at }} }}
  files: findFiles(filter: {_NEWEST}) {{ count files {{ updated_at }} }}
  hashed: findScenes(scene_filter: {{ {_HASHED} }}, filter: {{ per_page: 0 }}) {{ count }}
  systemStatus {{ status databaseSchema appSchema }}
  version {{ version }}
  logs {{ time }}
}}"""

PROBE_WITHOUT_FILES = f"""query Probe {{
  scenes: findScenes(filter: {_NEWEST}) {{ count scenes {{ updated_at }} }}
  performers: findPerformers(filter: {_NEWEST}) {{ count performers {{ updated_at }} }}
  tags: findTags(filter: {_NEWEST}) {{ count tags {{ updated_at }} }}
  studios: findStudios(filter: {_NEWEST}) {{ count studios {{ updated_at }} }}
  systemStatus {{ status databaseSchema appSchema }}
  version {{ version }}
}}"""
"""For a server that lists no files or shows no log."""

_ALL = 'filter: { per_page: -1, sort: "id" }'
PERFORMERS = f"query Performers {{ found: findPerformers({_ALL}) {{ count rows: performers {{ {PERFORMER} }} }} }}"
TAGS = f"query Tags {{ found: findTags({_ALL}) {{ count rows: tags {{ {TAG} }} }} }}"
STUDIOS = f"query Studios {{ found: findStudios({_ALL}) {{ count rows: studios {{ {STUDIO} }} }} }}"

_BY_ID = 'filter: { per_page: $limit, sort: "id", direction: ASC }'
_BEHIND = f"scene_filter: {{ id: {{ value: $after, modifier: GREATER_THAN }} }}, {_BY_ID}"
_SWEEP = "query Sweep($after: Int!, $limit: Int!)"
SWEEP = f"{_SWEEP} {{ found: findScenes({_BEHIND}) {{ rows: scenes {{ id updated_at }} }} }}"
SWEEP_SINCE = (
    "query SweepSince($after: Int!, $since: String!, $limit: Int!)"
    " { found: findScenes(scene_filter: { id: { value: $after, modifier: GREATER_THAN },"
    f" updated_at: {{ value: $since, modifier: GREATER_THAN }} }}, {_BY_ID}) {{ rows: scenes {{ id updated_at }} }} }}"
)
SWEEP_COUNTERS = (
    f"{_SWEEP} {{ found: findScenes({_BEHIND})"
    f" {{ rows: scenes {{ id updated_at {_COUNTERS} files {{ id updated_at }} }} }} }}"
)

_BETWEEN = f"scene_filter: {{ id: {{ value: $first, value2: $last, modifier: BETWEEN }} }}, {_BY_ID}"
SCENES_BETWEEN = (
    "query Scenes($first: Int!, $last: Int!, $limit: Int!)"
    f" {{ found: findScenes({_BETWEEN}) {{ rows: scenes {{ {SCENE} }} }} }}"
)
SCENES_BY_ID = f"query ScenesById($ids: [ID!]) {{ found: findScenes(ids: $ids) {{ rows: scenes {{ {SCENE} }} }} }}"

_FILES = (
    "scene_filter: { id: { value: $after, modifier: GREATER_THAN },"
    " files_filter: { updated_at: { value: $since, modifier: GREATER_THAN } } },"
    f" {_BY_ID}"
)
CHANGED_FILES = (
    "query ChangedFiles($after: Int!, $since: String!, $limit: Int!)"
    f" {{ found: findScenes({_FILES}) {{ rows: scenes {{ id files {{ id updated_at }} }} }} }}"
)

HASHED = (
    "query Hashed($after: Int!, $limit: Int!)"
    f" {{ found: findScenes(scene_filter: {{ id: {{ value: $after, modifier: GREATER_THAN }}, {_HASHED} }}, {_BY_ID})"
    " { rows: scenes { id } } }"
)
"""The scenes that have a perceptual hash: getting one touches no time at all."""

SCAN_COMPLETE = "subscription ScanComplete { scanCompleteSubscribe }"


def scenes_one_by_one(ids: list[int]) -> str:
    """Return the document that asks for each scene by itself: one that is gone is null, and spoils no other."""
    asked = " ".join(f"s{number}: findScene(id: {number}) {{ ...Wanted }}" for number in ids)
    return f"query ScenesOneByOne {{ {asked} }} fragment Wanted on Scene {{ {SCENE} }}"


def which_scenes(ids: list[int]) -> str:
    """Return the document that asks which scenes are there."""
    return "query WhichScenes { " + " ".join(f"s{number}: findScene(id: {number}) {{ id }}" for number in ids) + " }"


def named_by_id(root: str, selection: str) -> str:
    """Return the document that asks for single performers, tags or studios (`findPerformer`, `findTag`, `findStudio`)."""
    return f"query OneByOne($id: ID!) {{ found: {root}(id: $id) {{ {selection} }} }}"


DOCUMENTS: dict[str, str] = {
    "status": STATUS,
    "probe": PROBE,
    "probe_without_files": PROBE_WITHOUT_FILES,
    "performers": PERFORMERS,
    "tags": TAGS,
    "studios": STUDIOS,
    "sweep": SWEEP,
    "sweep_since": SWEEP_SINCE,
    "sweep_counters": SWEEP_COUNTERS,
    "scenes_between": SCENES_BETWEEN,
    "scenes_by_id": SCENES_BY_ID,
    "changed_files": CHANGED_FILES,
    "hashed": HASHED,
    "scan_complete": SCAN_COMPLETE,
    "scenes_one_by_one": scenes_one_by_one([1, 2, 3]),
    "which_scenes": which_scenes([1, 2, 3]),
    "performer_by_id": named_by_id("findPerformer", PERFORMER),
    "tag_by_id": named_by_id("findTag", TAG),
    "studio_by_id": named_by_id("findStudio", STUDIO),
}
"""Every document by a name, for whoever checks them against a schema."""
