"""Answers as Plex writes them: one tree, said in XML, or in JSON to those who accept it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from synctui.model.json import Json
from synctui.simulators.web import Answer, Ask

_ALONE = frozenset(("Context", "Player", "Session", "User"))
"""Elements that are an object in JSON, and not a list of them."""
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Node:
    """An element: `tag` is its name in XML, `listed` that of the list which it stands in in JSON."""

    tag: str
    fields: dict[str, str | int | bool | None]
    children: list[Node] = field(default_factory=list)
    listed: str = ""


def container(children: list[Node], **fields: str | int | bool | None) -> Node:
    """Return the element that everything is wrapped in."""
    return Node("MediaContainer", {"size": len(children), **fields}, children)


def say(ask: Ask, node: Node, status: int = 200, *, bare: bool = False) -> Answer:
    """Return the tree in the language that was asked for; `bare` without a wrapping object in JSON."""
    if "application/json" in ask.headers.get("accept", ""):
        tree = _json(node)
        text = json.dumps(tree if bare else {node.tag: tree}).encode()
        return Answer(status, text, (("Content-Type", "application/json"), ("X-Plex-Protocol", "1.0")))
    xml: bytes = ET.tostring(_xml(node), encoding="utf-8", xml_declaration=True)
    return Answer(status, xml, (("Content-Type", "text/xml;charset=utf-8"), ("X-Plex-Protocol", "1.0")))


def page(status: int, title: str) -> Answer:
    """Return the small web page with which Plex refuses."""
    text = f"<html><head><title>{title}</title></head><body><h1>{status} {title}</h1></body></html>"
    return Answer(status, text.encode(), (("Content-Type", "text/html"), ("X-Plex-Protocol", "1.0")))


def _json(node: Node) -> dict[str, Json]:
    lists: dict[str, list[Json]] = {}
    alone: dict[str, Json] = {}
    for child in node.children:
        if child.tag in _ALONE:
            alone[child.tag] = _json(child)
        else:
            lists.setdefault(child.listed or child.tag, []).append(_json(child))
    return {**node.fields, **alone, **lists}


def _xml(node: Node) -> ET.Element:
    element = ET.Element(node.tag, {name: _attribute(value) for name, value in node.fields.items()})
    element.extend(_xml(child) for child in node.children)
    return element


def _attribute(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else _NO_XML.sub("\ufffd", str(value))
