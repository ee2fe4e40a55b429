"""The schema of the simulator, and whether a real server has the same where STASH_URL names one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    is_specified_scalar_type,
    parse,
    validate,
)

from synctui.adapters.stash_queries import DOCUMENTS
from synctui.simulators.stash.documents import read_schema
from synctui.simulators.stash.fields import MAKERS
from synctui.simulators.stash.mutations import MUTATIONS
from synctui.simulators.stash.queries import QUERIES
from tests.simulators.stash.conftest import JSON, REAL

OURS = [
    kind for name, kind in read_schema().type_map.items() if not name.startswith("__") and not is_specified_scalar_type(kind)
]
_WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)
needs_real = pytest.mark.skipif(not REAL, reason="STASH_URL names no real server")


@cache
def real_schema() -> GraphQLSchema:
    headers = {**JSON, "ApiKey": os.environ.get("STASH_API_KEY", "")}
    body = {"query": get_introspection_query()}
    answer = httpx.post(f"{REAL}/graphql", json=body, headers=headers, timeout=30, trust_env=False)
    return build_client_schema(answer.json()["data"])


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_the_client_asks_is_in_the_schema(name: str) -> None:
    assert validate(read_schema(), parse(DOCUMENTS[name])) == []


@needs_real
def test_what_the_client_asks_is_in_the_real_schema() -> None:
    assert [error for text in DOCUMENTS.values() for error in validate(real_schema(), parse(text))] == []


@needs_real
def test_the_real_schema_has_the_same() -> None:
    assert [wrong for kind in OURS for wrong in _differences(kind)] == []


def _differences(kind: GraphQLNamedType) -> Iterator[str]:
    real = real_schema().type_map.get(kind.name)
    if isinstance(kind, GraphQLEnumType) and isinstance(real, GraphQLEnumType):
        if set(kind.values) != set(real.values):
            yield kind.name
    elif isinstance(kind, GraphQLScalarType) and isinstance(real, GraphQLScalarType):
        return
    elif isinstance(kind, _WITH_FIELDS) and isinstance(real, _WITH_FIELDS):
        for name, field in kind.fields.items():
            other = real.fields.get(name)
            if other is None or str(other.type) != str(field.type):
                yield f"{kind.name}.{name}"
            elif isinstance(field, GraphQLField) and isinstance(other, GraphQLField):
                for argument, wanted in field.args.items():
                    if argument not in other.args or str(other.args[argument].type) != str(wanted.type):
                        yield f"{kind.name}.{name}({argument})"
    else:
        yield kind.name


def test_every_root_is_answered() -> None:
    schema = read_schema()
    assert schema.query_type is not None and schema.mutation_type is not None
    assert set(schema.query_type.fields) == set(QUERIES)
    assert set(schema.mutation_type.fields) == set(MUTATIONS)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_field_of_a_row_is_made(name: str) -> None:
    kind = read_schema().type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    assert set(kind.fields) == set(MAKERS[name])
