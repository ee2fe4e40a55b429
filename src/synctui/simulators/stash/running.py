"""Executes operations: a selection is compiled into functions once, and these are called for each row.

GraphQL's own executor takes many times as long. What a field refuses is an error beside the others; where its type does not
allow null, the whole of `data` is, as in GraphQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute,
    get_named_type,
)

from synctui.simulators.stash.costs import root_ms, rows_ms
from synctui.simulators.stash.documents import Error, Prepared
from synctui.simulators.stash.fields import MAKERS, Read
from synctui.simulators.stash.finding import Found
from synctui.simulators.stash.inputs import arguments, literal
from synctui.simulators.stash.scope import Scope
from synctui.simulators.stash.shelf import Refused

Root = Callable[[Scope, Mapping[str, Any]], Any]
"""Answers a field of Query or Mutation with a row, rows or a plain value."""
_SHARED = {"Tag", "Performer", "Studio"}
_CONCRETE = {"BaseFile": "VideoFile"}


class Run:
    """One operation that is executed; `milliseconds` is what a real server would have needed for it."""

    def __init__(self, schema: GraphQLSchema, prepared: Prepared, scope: Scope) -> None:
        self._schema, self._prepared, self._scope = schema, prepared, scope
        self._compiled: dict[tuple[str, tuple[int, ...]], Read] = {}
        self.milliseconds = 0.0

    def answer(self, roots: Mapping[str, Root]) -> dict[str, Any]:
        """Return `data`, and `errors` where there are any."""
        root = self._root()
        data: dict[str, Any] = {}
        errors: list[Error] = []
        for key, nodes in self.fields(root.name, [self._prepared.operation.selection_set]).items():
            name = nodes[0].name.value
            if name == "__typename":
                value: Any = root.name
            elif name.startswith("__"):
                value = self._introspection(nodes[0])
            else:
                try:
                    value = self._resolve(root, nodes, roots[name])
                except Refused as refused:
                    value = None
                    errors.append({"message": str(refused), "path": [key]})
                    if isinstance(root.fields[name].type, GraphQLNonNull):
                        return {"errors": errors, "data": None}
            data[key] = value
        return {"errors": errors, "data": data} if errors else {"data": data}

    def _root(self) -> GraphQLObjectType:
        kinds = {"query": self._schema.query_type, "mutation": self._schema.mutation_type}
        root = kinds.get(self._prepared.kind, self._schema.subscription_type)
        if root is None:
            raise KeyError(self._prepared.kind)
        return root

    def _resolve(self, root: GraphQLObjectType, nodes: list[FieldNode], answer: Root) -> Any:
        field = root.fields[nodes[0].name.value]
        if self._prepared.kind == "mutation":
            self._compiled.clear()
        value = answer(self._scope, arguments(field, nodes[0], self._prepared.variables))
        type_name = get_named_type(field.type).name
        self.milliseconds += self._cost(type_name, nodes, value)
        return self.shaped(type_name, nodes, value)

    def _cost(self, type_name: str, nodes: list[FieldNode], value: Any) -> float:
        if not isinstance(value, Found):
            return root_ms(nodes[0].name.value)
        wanted = self.fields(type_name, _sets(nodes))
        rows = [one for group in wanted.values() for one in group if one.selection_set is not None]
        described = self._schema.type_map[type_name]
        assert isinstance(described, GraphQLObjectType)
        inner: dict[str, set[str]] = {}
        for node in rows[:1]:
            row_type = get_named_type(described.fields[node.name.value].type).name
            for group in self.fields(_CONCRETE.get(row_type, row_type), _sets([node])).values():
                inner[group[0].name.value] = {
                    one.name.value for below in _sets(group) for one in self._flat("", below, any_type=True)
                }
        counted = any(group[0].name.value == "count" for group in wanted.values())
        return rows_ms(len(value.rows), inner, counted=counted)

    def shaped(self, type_name: str, nodes: list[FieldNode], value: Any) -> Any:
        """Return a row, or rows, as a selection wants to see them."""
        sets = _sets(nodes)
        if not sets or value is None:
            return value
        build = self.compiled(type_name, sets)
        return [None if row is None else build(row) for row in value] if isinstance(value, list) else build(value)

    def compiled(self, type_name: str, sets: list[SelectionSetNode]) -> Read:
        """Return what makes an answer from a row of a type."""
        type_name = _CONCRETE.get(type_name, type_name)
        sets = [self._inner(one) for one in sets]
        key = (type_name, tuple(id(one) for one in sets))
        build = self._compiled.get(key)
        if build is None:
            build = self._compiled[key] = self._compile(type_name, sets)
        return build

    def _inner(self, selection: SelectionSetNode) -> SelectionSetNode:
        """Return the selection of a fragment that stands alone, so that all who use it share what is compiled."""
        while len(selection.selections) == 1:
            only = selection.selections[0]
            if not isinstance(only, FragmentSpreadNode) or only.directives:
                break
            selection = self._prepared.fragments[only.name.value].selection_set
        return selection

    def _compile(self, type_name: str, sets: list[SelectionSetNode]) -> Read:
        reads = tuple((key, self._read(type_name, nodes)) for key, nodes in self.fields(type_name, sets).items())

        def build(row: Any) -> dict[str, Any]:
            return {key: read(row) for key, read in reads}

        if type_name not in _SHARED:
            return build
        made: dict[int, dict[str, Any]] = {}

        def remembered(row: Any) -> dict[str, Any]:
            known = made.get(row.id)
            if known is None:
                known = made[row.id] = build(row)
            return known

        return remembered

    def _read(self, type_name: str, nodes: list[FieldNode]) -> Read:
        name = nodes[0].name.value
        if name == "__typename":
            return lambda _: type_name
        described = self._schema.type_map[type_name]
        assert isinstance(described, GraphQLObjectType | GraphQLInterfaceType)
        field = described.fields[name]
        inner = get_named_type(field.type).name
        make = MAKERS.get(type_name, {}).get(name)
        if make is None:
            return lambda row: self.shaped(inner, nodes, row[name])
        sets = _sets(nodes)
        build: Read = self.compiled(inner, sets) if sets else _itself
        return make(self._scope, arguments(field, nodes[0], self._prepared.variables), build)

    def fields(self, type_name: str, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """Return the fields that are wanted of a type by the names that they are to have."""
        wanted: dict[str, list[FieldNode]] = {}
        for selection in sets:
            for node in self._flat(type_name, selection):
                wanted.setdefault((node.alias or node.name).value, []).append(node)
        return wanted

    def _flat(self, type_name: str, selection: SelectionSetNode, *, any_type: bool = False) -> Iterator[FieldNode]:
        for node in selection.selections:
            if node.directives and not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._prepared.fragments[node.name.value]
                if any_type or self._applies(type_name, fragment.type_condition.name.value):
                    yield from self._flat(type_name, fragment.selection_set, any_type=any_type)
            elif isinstance(node, InlineFragmentNode) and (
                node.type_condition is None or self._applies(type_name, node.type_condition.name.value)
            ):
                yield from self._flat(type_name, node.selection_set)

    def _included(self, node: Any) -> bool:
        for directive in node.directives:
            condition = directive.arguments[0].value
            value = literal(condition, GraphQLBoolean, self._prepared.variables)
            if value is (directive.name.value == "skip"):
                return False
        return True

    @staticmethod
    def _applies(type_name: str, condition: str) -> bool:
        return condition == type_name or _CONCRETE.get(condition) == type_name

    def _introspection(self, node: FieldNode) -> Any:
        """Return what the schema says of itself; GraphQL's own executor knows how."""
        result = execute(self._schema, self._prepared.document, operation_name=self._name())
        data = getattr(result, "data", None) or {}
        return data.get((node.alias or node.name).value)

    def _name(self) -> str | None:
        name = self._prepared.operation.name
        return name.value if name is not None else None

    def event(self, field: str, value: Any) -> dict[str, Any] | None:
        """Return what an event of one subscription is to this one, None when it subscribed to something else."""
        root = self._root()
        for key, nodes in self.fields(root.name, [self._prepared.operation.selection_set]).items():
            if nodes[0].name.value == field:
                return {key: self.shaped(get_named_type(root.fields[field].type).name, nodes, value)}
        return None


def _sets(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _itself(value: Any) -> Any:
    return value
