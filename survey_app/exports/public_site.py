"""A publication's pages as they are served and as files: the same templates, only the links differ."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from survey_app.exports.public_pages import FILES, PICTURES, RESULT, Page, Pages

ASSETS = ("vendor/pico/pico.min.css", "hailong.css", "public.css", "icon.svg")
ASSET_FOLDER = "tai-san"
HTML = ".html"


class Template(Protocol):
    """A template that gives a page for its facts."""

    def render(self, **facts: Any) -> str: ...


class Templates(Protocol):
    """Finds templates by name, as Jinja's environment does."""

    def get_template(self, name: str) -> Template: ...


class Links(Protocol):
    """Where a page's links lead; `home` and `receipt` are empty where there is nobody to answer."""

    @property
    def home(self) -> str: ...

    @property
    def receipt(self) -> str: ...

    def page(self, path: str) -> str: ...

    def edition(self, number: int) -> str: ...

    def asset(self, name: str) -> str: ...


@dataclass(frozen=True)
class ServedLinks:
    """Links of a server whose application begins at `root`; `number` is 0 for whatever is published now."""

    root: str
    code: str
    version: str
    number: int = 0

    @property
    def home(self) -> str:
        """Return the list of what is published."""
        return f"{self.root}/cong-bo"

    @property
    def receipt(self) -> str:
        """Return where one asks whether a form was counted."""
        return f"{self.home}/{self.code}/phieu"

    def page(self, path: str) -> str:
        """Return the address of a page of the same publication."""
        base = f"{self.home}/{self.code}" + (f"/lan/{self.number}" if self.number else "")
        return f"{base}/{quote(path)}" if path else base

    def edition(self, number: int) -> str:
        """Return the address of one publication."""
        return f"{self.home}/{self.code}/lan/{number}"

    def asset(self, name: str) -> str:
        """Return the address of a style sheet or picture of ours."""
        return f"{self.root}/static/{name}?v={self.version}"


@dataclass(frozen=True)
class FileLinks:
    """Links from one file to others, relative; `number` is 0 in the folder of what is published now."""

    here: str
    number: int = 0
    home: str = ""
    receipt: str = ""

    def page(self, path: str) -> str:
        """Return the way to a page of the same publication."""
        return self._way(file_name(path, self.number))

    def edition(self, number: int) -> str:
        """Return the way to one publication."""
        return self._way(file_name("", number))

    def asset(self, name: str) -> str:
        """Return the way to a style sheet or picture of ours."""
        return self._way(f"{ASSET_FOLDER}/{name}")

    def _way(self, target: str) -> str:
        return quote(posixpath.relpath(target, posixpath.dirname(self.here) or "."))


def file_name(path: str, number: int = 0) -> str:
    """Return the name of the file that holds a page: "index.html", "lan/1/don-vi/STC.html"."""
    folder, _, last = path.rpartition("/")
    name = f"{folder}/{quote(last, safe='')}" if folder else quote(last, safe="")
    if not path.startswith((FILES, PICTURES)) and path != RESULT:
        name = f"{name}{HTML}" if path else f"index{HTML}"
    return f"lan/{number}/{name}" if number else name


def render(page: Page, templates: Templates, links: Links, version: str) -> bytes:
    """Return a page's content; a file's is ready as it is."""
    if not page.template:
        return page.content
    template = templates.get_template(page.template)
    return template.render(links=links, version=version, **page.facts).encode()


def files_of(
    editions: Sequence[Pages], templates: Templates, assets: Mapping[str, bytes], version: str
) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of every file of a site: the newest of the editions at its root, each under its number."""
    for name in ASSETS:
        yield f"{ASSET_FOLDER}/{name}", assets[name]
    for number, pages in [(0, editions[0]), *((each.number, each) for each in editions)]:
        for path in pages.paths:
            page = pages.page(path)
            if page is not None:
                name = file_name(path, number)
                yield name, render(page, templates, FileLinks(name, number), version)
