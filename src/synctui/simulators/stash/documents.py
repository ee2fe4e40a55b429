"""What is asked of the server: a document, read and checked against the schema once, with its variables.

What is wrong is said in the shape of the real server (gqlgen): HTTP 422, `extensions.code`, `data` null.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    build_schema,
    parse,
    type_from_ast,
    validate,
)

from synctui.simulators.stash.inputs import Unfit, coerced, literal

_KEPT = 256
Error = dict[str, Any]
"""An error as GraphQL writes it."""


class Invalid(Exception):
    """A document that cannot be executed, and why."""

    def __init__(self, *errors: Error) -> None:
        super().__init__(errors[0]["message"])
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that is ready to be executed; `variables` are checked, and complete with their defaults."""

    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Return `query`, `mutation` or `subscription`."""
        return self.operation.operation.value


@cache
def read_schema() -> GraphQLSchema:
    """Return the schema that is simulated."""
    return build_schema(Path(__file__).with_name("schema.graphql").read_text("utf-8"))


@cache
def documents() -> Documents:
    """Return what reads documents of the schema that is simulated: one for all servers, as they mean the same to each."""
    return Documents(read_schema())


class Documents:
    """Reads documents, and remembers those that it read last."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, DocumentNode] = OrderedDict()

    def prepare(self, text: str, name: str | None, variables: Mapping[str, Any]) -> Prepared:
        """Return the operation that is meant; Invalid says what is wrong with it."""
        document = self._read(text)
        operation = _operation(document, name)
        values = self._variables(operation, variables)
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return Prepared(document, operation, fragments, values)

    def _variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
        values = {}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            wanted = cast(GraphQLInputType, type_from_ast(self._schema, definition.type))
            try:
                if name in given:
                    values[name] = coerced(given[name], wanted, [name])
                elif definition.default_value is not None:
                    values[name] = literal(definition.default_value, wanted, {})
                elif isinstance(wanted, GraphQLNonNull):
                    raise Unfit("must be defined", [name])
            except Unfit as unfit:
                raise Invalid(_error(unfit.message, "VALIDATION_FAILED", path=["variable", *unfit.path])) from None
        return values

    def _read(self, text: str) -> DocumentNode:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        if not text.strip():
            raise Invalid(_error("no operation provided", "VALIDATION_FAILED"))
        try:
            document = parse(text)
        except GraphQLSyntaxError as error:
            raise Invalid(_located(error, "PARSE_FAILED")) from None
        errors = validate(self._schema, document)
        if errors:
            raise Invalid(*(_located(error, "VALIDATION_FAILED") for error in errors))
        self._known[text] = document
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        raise Invalid(_error("no operation provided", "VALIDATION_FAILED"))
    if len(operations) == 1 and not name:
        return operations[0]
    for operation in operations:
        if name and operation.name is not None and operation.name.value == name:
            return operation
    raise Invalid(_error(f"operation {name or ''} not found", "VALIDATION_FAILED"))


def _located(error: GraphQLError, code: str) -> Error:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()][:1]
    return _error(error.message.replace("'", '"'), code, locations=places)


def _error(message: str, code: str, **more: object) -> Error:
    return {"message": message, **more, "extensions": {"code": f"GRAPHQL_{code}"}}
