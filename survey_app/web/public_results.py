"""Published results for anybody: no log-in, no cookie, no session; each page made once and kept by its digest."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

import brotli
from flask import Blueprint, Response, current_app, g, request

from survey_app import problems
from survey_app.domain import public_results
from survey_app.domain.public_results import Published
from survey_app.exports import public_pages, public_site
from survey_app.exports.open_data import day_of
from survey_app.extensions import csrf, limiter
from survey_app.language import clean_line
from survey_app.version import VERSION
from survey_app.web import guards

blueprint = Blueprint("public_results", __name__, url_prefix="/cong-bo")
csrf.exempt(
    blueprint
)  # a question whether a form was counted changes nothing, and a page for anybody sets no cookie
FRESH = "public, max-age=300"
MOST_KEPT = 1000
LONGEST_CODE = 40

few_receipts = limiter.limit(lambda: f"{current_app.config['RECEIPTS_AN_HOUR']} per hour")


@dataclass(frozen=True)
class Kept:
    """A page that was made, in every coding that browsers take."""

    bodies: dict[str, bytes]
    kind: str


class Shelf:
    """The pages made last, by their digests; what changes has another digest, so nothing here is ever wrong."""

    def __init__(self, most: int) -> None:
        self.most, self.lock = most, Lock()
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, key: str, make: Callable[[], tuple[bytes, str]]) -> Kept:
        """Return a page, made if it is not kept; two that ask at once may both make it."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        content, kind = make()
        bodies = {
            "br": brotli.compress(content, quality=9),
            "gzip": gzip.compress(content, 9, mtime=0),
            "": content,
        }
        made = Kept(bodies, kind)
        with self.lock:
            self.kept[key] = made
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return made


shelf = Shelf(MOST_KEPT)


@blueprint.before_request
def _nobody() -> None:
    """Ask nobody who is there: these pages are the same for all."""
    g.bare = g.for_all = True


@blueprint.context_processor
def _of_refusals() -> dict[str, Any]:
    """Give the page of a refusal its links; all other pages bring their own."""
    return {"links": _links("")}


@blueprint.after_request
def _not_kept(reply: Response) -> Response:
    if "Cache-Control" not in reply.headers:
        reply.headers["Cache-Control"] = "no-store"
    return reply


def _reply(digest: str, make: Callable[[], tuple[bytes, str]], name: str = "") -> Response:
    """Return a page by its digest, or that the browser has it already."""
    key = sha256(f"{digest} {request.script_root} {request.path}".encode()).hexdigest()[:32]
    coding = next((each for each in ("br", "gzip") if request.accept_encodings[each]), "")
    etag = f"{key}-{coding or 'plain'}"
    if request.if_none_match.contains_weak(etag):
        reply = Response(status=304)
    else:
        kept = shelf.get(key, make)
        reply = Response(kept.bodies[coding], content_type=kept.kind)
        if coding:
            reply.headers["Content-Encoding"] = coding
        if name:
            reply.headers.set("Content-Disposition", "attachment", filename=name)
    reply.set_etag(etag)
    reply.headers["Cache-Control"] = FRESH
    reply.headers["Vary"] = "Accept-Encoding"
    return reply


def _links(code: str, number: int = 0) -> public_site.ServedLinks:
    return public_site.ServedLinks(request.script_root, code, VERSION, number)


def _page(code: str, path: str, number: int | None = None) -> Response:
    """Return a page of what is published now, or of the publication of a number."""
    published = public_results.of_code(code)
    if number is not None and number < 1:
        raise problems.NotFound()
    issue = published.issue(number or 0)

    def make() -> tuple[bytes, str]:
        page = public_results.pages_of(published, number or 0).page(path)
        if page is None:
            raise problems.NotFound()
        links = _links(published.code, number or 0)
        return public_site.render(page, current_app.jinja_env, links, VERSION), page.kind

    name = ""
    if path.startswith(public_pages.FILES):
        name = f"{published.code}-lan-{issue.number}-{path.removeprefix(public_pages.FILES)}"
    return _reply(published.digest, make, name)


def _both(path: str, endpoint: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a view its addresses: of what is published now, and of each publication by its number."""

    def add(view: Callable[..., Any]) -> Callable[..., Any]:
        for lead in ("/<code>", "/<code>/lan/<int:number>"):
            blueprint.add_url_rule(lead + path, endpoint, view, methods=["GET"])
        return view

    return add


@blueprint.get("")
@guards.public
def listed() -> Any:
    found = public_results.all_published()

    def make() -> tuple[bytes, str]:
        campaigns = []
        for each in found:
            material, newest = public_results.headline_of(each), each.issue()
            campaigns.append(
                {
                    "name": material.cover.campaign,
                    "made_up": material.cover.made_up,
                    "href": _links(each.code).page(""),
                    "number": newest.number,
                    "day": day_of(newest.published_at.isoformat()),
                    "responses": material.book.satisfaction["input"]["responses"],
                    "units": len(material.book.units),
                    "again": each.again,
                }
            )
        return _rendered("list", campaigns=campaigns, links=_links("")), "text/html; charset=utf-8"

    digest = sha256("".join([VERSION, *(each.digest for each in found)]).encode()).hexdigest()
    return _reply(digest, make)


def _rendered(template: str, **facts: Any) -> bytes:
    """Return a template's page without what other pages know of the person who is there."""
    found = current_app.jinja_env.get_template(f"public/{template}.html")
    return found.render(version=VERSION, **facts).encode()


@_both("", "index")
@guards.public
def index(code: str, number: int | None = None) -> Any:
    return _page(code, public_pages.RANKING, number)


@_both("/don-vi/<unit>", "unit")
@guards.public
def unit(code: str, unit: str, number: int | None = None) -> Any:
    return _page(code, public_pages.UNITS + unit, number)


@_both(f"/{public_pages.METHOD}", "method")
@guards.public
def method(code: str, number: int | None = None) -> Any:
    return _page(code, public_pages.METHOD, number)


@_both(f"/{public_pages.DATA}", "data")
@guards.public
def data(code: str, number: int | None = None) -> Any:
    return _page(code, public_pages.DATA, number)


@_both(f"/{public_pages.CHARTS}", "charts")
@guards.public
def charts(code: str, number: int | None = None) -> Any:
    return _page(code, public_pages.CHARTS, number)


@_both("/tep/<name>", "file")
@guards.public
def file(code: str, name: str, number: int | None = None) -> Any:
    return _page(code, public_pages.FILES + name, number)


@_both("/hinh/<name>", "picture")
@guards.public
def picture(code: str, name: str, number: int | None = None) -> Any:
    return _page(code, public_pages.PICTURES + name, number)


@_both(f"/{public_pages.RESULT}", "result")
@guards.public
def result(code: str, number: int | None = None) -> Any:
    return _page(code, public_pages.RESULT, number)


@blueprint.get("/<code>/phieu")
@guards.public
def receipt(code: str) -> Any:
    published = public_results.of_code(code)
    return _reply(published.digest, lambda: (_receipt_page(published), "text/html; charset=utf-8"))


@blueprint.post("/<code>/phieu")
@guards.public
@guards.reads_first
@few_receipts
def ask_receipt(code: str) -> Any:
    published = public_results.of_code(code)
    asked = clean_line(request.form.get("form_code", ""))[: LONGEST_CODE + 1]
    if not asked:
        return _receipt_page(published, missing=True), 422
    counted = public_results.is_counted(published, asked)
    return _receipt_page(published, asked=asked, counted=counted)


def _receipt_page(published: Published, **answer: Any) -> bytes:
    pages = public_results.pages_of(published)
    facts = {**pages.common, "path": "phieu", "links": _links(published.code), **answer}
    return _rendered("receipt", **facts)
