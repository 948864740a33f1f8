"""Reads a page as a browser would: its forms with what stands in them, and the messages beside their fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

Fields = list[tuple[str, str]]


@dataclass
class FormOnPage:
    """One form, ready to be filled in and sent."""

    action: str
    fields: Fields = field(default_factory=list)

    def filled(self, **typed: Any) -> Fields:
        """What the browser sends: what stood there, with what was typed instead. None leaves a field out; a list
        sends it several times; `__` in a name stands for the dash of a nested field."""
        given = {name.replace("__", "-"): value for name, value in typed.items()}
        kept = [(name, value) for name, value in self.fields if name not in given]
        for name, value in given.items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            kept += [(name, str(one)) for one in values]
        return kept

    def __getitem__(self, name: str) -> str:
        return next(value for known, value in self.fields if known == name)


class Page:
    """A parsed answer."""

    def __init__(self, html: str) -> None:
        self.root: Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)

    def all(self, tag: str, **wanted: str) -> Iterator[Element]:
        for element in self.root.iter(tag):
            if all(element.get(name.rstrip("_")) == value for name, value in wanted.items()):
                yield element

    def by_id(self, name: str) -> Element | None:
        return next((element for element in self.root.iter() if element.get("id") == name), None)

    def message_at(self, name: str) -> str:
        """The message that stands beside a field."""
        found = self.by_id(f"{name}-error")
        return text_of(found) if found is not None else ""

    @property
    def text(self) -> str:
        return text_of(self.root)

    def form(self, action: str) -> FormOnPage:
        """The form that is sent to an address ending like this; one without an address is sent to its own page."""
        for element in self.root.iter("form"):
            target = element.get("action")
            if target is None or target.split("?")[0].endswith(action):
                return FormOnPage(target or action, list(_fields(element)))
        raise AssertionError(f"no form for {action}")

    def forms(self) -> Iterator[FormOnPage]:
        """Every form that is posted."""
        for element in self.all("form", method="post"):
            yield FormOnPage(element.get("action") or "", list(_fields(element)))


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _fields(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name = element.get("name")
        if not name:
            continue
        if element.tag == "input":
            kind = element.get("type", "text")
            if kind in {"radio", "checkbox"} and element.get("checked") is None:
                continue
            yield name, element.get("value", "on" if kind == "checkbox" else "")
        elif element.tag == "textarea":
            yield name, "".join(element.itertext()).removeprefix("\n")
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in chosen:
                yield name, option.get("value", text_of(option))
