"""Values that come with a request, from its variables and from the document, as their types want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)

_KINDS: dict[str, tuple[type, ...]] = {
    "Int": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "ID": (str, int),
}
Path = list[str | int]


class Unfit(Exception):
    """A value that its type does not want; `path` leads to it, from the name of the variable."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.message, self.path = message, path


def coerced(value: Any, wanted: GraphQLInputType, path: Path) -> Any:
    """Return a variable's value as its type wants it; Unfit when it cannot be."""
    if isinstance(wanted, GraphQLNonNull):
        if value is None:
            raise Unfit("cannot be null", path)
        return coerced(value, wanted.of_type, path)
    if value is None:
        return None
    if isinstance(wanted, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [coerced(item, wanted.of_type, [*path, number]) for number, item in enumerate(items)]
    if isinstance(wanted, GraphQLInputObjectType):
        return _object(value, wanted, path)
    if isinstance(wanted, GraphQLEnumType):
        if not isinstance(value, str) or value not in wanted.values:
            raise Unfit(f"{value} is not a valid {wanted.name}", path)
        return value
    kinds = _KINDS.get(wanted.name)
    if kinds is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise Unfit(f"cannot use {_kind(value)} as {wanted.name}", path)
    return str(value) if wanted.name == "ID" else value


def _object(value: Any, wanted: GraphQLInputObjectType, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit(f"must be a {wanted.name}", path)
    for name in value:
        if name not in wanted.fields:
            raise Unfit("unknown field", [*path, name])
    for name, field in wanted.fields.items():
        if name not in value and isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined:
            raise Unfit("must be defined", [*path, name])
    return {name: coerced(one, wanted.fields[name].type, [*path, name]) for name, one in value.items()}


def arguments(field: GraphQLField, node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that a field is given; what is left out is not among them."""
    given = {}
    for argument in node.arguments or ():
        value = literal(argument.value, field.args[argument.name.value].type, variables)
        if value is not Undefined:
            given[argument.name.value] = value
    return given


def literal(node: ValueNode, wanted: GraphQLInputType, variables: Mapping[str, Any]) -> Any:
    """Return the value of a literal in a document that was checked; Undefined for a variable without a value."""
    if isinstance(node, VariableNode):
        return variables.get(node.name.value, Undefined)
    if isinstance(node, NullValueNode):
        return None
    if isinstance(wanted, GraphQLNonNull):
        return literal(node, wanted.of_type, variables)
    if isinstance(wanted, GraphQLList):
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        return [literal(one, wanted.of_type, variables) for one in nodes]
    if isinstance(wanted, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        pairs = {one.name.value: literal(one.value, wanted.fields[one.name.value].type, variables) for one in node.fields}
        return {name: value for name, value in pairs.items() if value is not Undefined}
    text = getattr(node, "value", None)
    name = getattr(wanted, "name", "")
    if name == "Int" and isinstance(text, str):
        return int(text)
    if name == "Float" and isinstance(text, str):
        return float(text)
    return text


def _kind(value: object) -> str:
    names = {bool: "bool", int: "int", float: "float64", str: "string", list: "slice", dict: "map"}
    return names.get(type(value), "map")
