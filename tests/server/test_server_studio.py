"""The studio's pages, words and what its modules read, without a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agentvid.agent.agent import Agent
from agentvid.media.types import EVIDENCE_TYPES, MEDIA_TYPES
from agentvid.server.keys import Keys
from agentvid.server.studio import data, pages
from agentvid.server.studio.catalog import catalog_of, choices_in
from agentvid.server.studio.render import STATIC, static_version
from agentvid.server.studio.words import LANGUAGES, operation_kinds, words_of

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "agentvid/server/templates"
SOURCES = [*sorted(STATIC.rglob("*.js")), *sorted(STATIC.rglob("*.css")), *sorted(TEMPLATES.glob("*.j2"))]
PAGES = ("/", "/library", "/engines", "/settings", "/settings/keys", "/login")


class Elements(HTMLParser):
    """Gathers what a policy without inline code forbids, and the texts of data blocks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.links: list[str] = []
        self.data = ""
        self._in_data = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._in_data = tag == "script" and told.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in told and not self._in_data):
            self.forbidden.append(tag)
        self.forbidden += [f"{tag} {name}" for name in told if name == "style" or name.startswith("on")]
        self.links += [told[name] or "" for name in ("href", "src") if name in told]

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data


# ---------------------------------------------------------------- words


def test_both_languages_say_everything() -> None:
    english, chinese = (words_of(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert text and chinese[key], key
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", chinese[key])), key


def test_modules_and_templates_ask_for_words_that_are_there() -> None:
    words = words_of("en")
    asked = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\bt\(\s*"(\w+)"', text))
        asked |= set(re.findall(r"\bwords\.(\w+)", text)) if path.suffix == ".j2" else set()
        for first, second in re.findall(r'\bt\([^()"`]*\? "(\w+)" : (?:[^"]*\? )?"(\w+)"', text):
            asked |= {first, second}
    assert len(asked) > 150
    assert sorted(asked - words.keys()) == []
    for stem in ("status", "review", "author", "take", "way", "fate", "mask", "run"):
        assert any(key.startswith(f"{stem}_") for key in words)


def test_every_kind_of_edit_and_operation_has_words() -> None:
    words = words_of("zh")
    assert {f"op_{kind}" for kind in operation_kinds()} <= words.keys()
    kinds = {"set_thought", "set_arg", "set_given", "clear_given", "set_engine", "set_seed", "pin", "insert", "remove"}
    assert {f"edit_{kind}" for kind in kinds} <= words.keys()


def test_icons_that_are_drawn_are_in_the_sheet() -> None:
    there = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    asked = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\b(?:icon|square)\((?:"|\')(\w+)(?:"|\')', text)) | set(
            re.findall(r'icon: "(\w+)"', text)
        )
    states = {key.removeprefix("status_") for key in words_of("en") if key.startswith("status_")}
    assert sorted((asked | states) - there) == []


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_are_short_and_hold_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert re.findall(r"https?://(?!www\.w3\.org/)[\w.]+", text) == []
    if path.suffix == ".js":
        assert "innerHTML" not in text and "eval(" not in text


def test_modules_import_files_that_exist() -> None:
    for path in STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / name).resolve().is_file(), f"{path.name} imports {name}"


async def test_files_are_kept_for_ever_under_their_digest(client: Any) -> None:
    got = await client.get(f"/static/{static_version()}/js/core/dom.js")
    assert got.status_code == 200
    assert "javascript" in got.headers["content-type"]
    assert "immutable" in got.headers["cache-control"]
    assert (await client.get("/static/old/js/core/dom.js")).headers["cache-control"] == "no-cache"
    for path in ("..%2f..%2fapp.py", "%2e%2e/app.py", "js/none.js"):
        assert (await client.get(f"/static/{static_version()}/{path}")).status_code == 404


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_and_has_no_inline_code(client: Any, path: str, language: str) -> None:
    got = await client.get(path, headers={"accept-language": "zh-CN,zh;q=0.9" if language == "zh" else "de,en;q=0.5"})
    assert got.status_code == 200
    assert "unsafe" not in got.headers["content-security-policy"]
    found = Elements(got.text)
    assert found.forbidden == []
    assert [link for link in found.links if not link.startswith(("/", "#"))] == []
    assert json.loads(found.data)["words"] == words_of("zh" if language == "zh" else "en")
    for link in found.links:
        if link.startswith("/static/"):
            assert (await client.get(link.partition("#")[0])).status_code == 200, link


async def test_language_and_theme_are_taken_from_cookies_and_the_address(client: Any) -> None:
    told = await client.get("/", headers={"cookie": "lang=zh; theme=dark"})
    assert '<html lang="zh-CN"' in told.text and 'data-theme="dark"' in told.text
    other = await client.get("/?lang=en", headers={"cookie": "lang=zh; theme=purple"})
    assert '<html lang="en"' in other.text and "data-theme" not in other.text.partition("<head>")[0]
    assert "lang=en" in other.headers["set-cookie"]


async def test_names_of_sessions_can_not_leave_the_text(client: Any) -> None:
    session = await client.begin()
    await client.say(session, "</script><img src=x onerror=alert(1)>")
    await client.ended(session)
    for path in ("/", f"/s/{session}", f"/s/{session}/history", f"/s/{session}/compare", "/library"):
        assert Elements((await client.get(path)).text).forbidden == [], path


async def test_what_is_not_there_is_a_page_too(client: Any) -> None:
    session = await client.begin()
    for path in ("/s/none", "/s/none/history", f"/s/{session}/t/7", f"/s/{session}/history", f"/s/{session}/compare"):
        got = await client.get(path)
        assert got.status_code == 404
        assert words_of("en")["page_missing"] in got.text


async def test_with_a_key_pages_lead_to_the_login_and_back(client: Any) -> None:
    _, secret = Keys(client.app.state.hub.log).add("mia")
    for path in ("/", "/library", "/engines", "/settings"):
        got = await client.get(path)
        assert (got.status_code, got.headers["location"]) == (303, f"/login?next={path.replace('/', '%2F')}")
    assert (await client.get("/studio/catalog")).status_code == 401
    assert (await client.post("/api/v1/sign-in", json={"key": secret})).status_code == 200
    settings = (await client.get("/settings")).text
    assert "mia" in settings and secret not in settings


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_login_leads_nowhere_else(client: Any, place: str) -> None:
    got = await client.get("/login", params={"next": place})
    assert json.loads(Elements(got.text).data)["next"] == "/"


async def test_another_owners_session_is_not_there_on_any_route(client: Any) -> None:
    session, _ = await client.done("toil 2 0")
    routes = [route for route in [*pages.router.routes, *data.router.routes] if "{session}" in route.path]
    assert len(routes) == 10
    asked = [
        (min(route.methods), route.path.format(session=session, turn=1) + "?a=1&b=1&other=1&source=1")
        for route in routes
    ]
    body = {"step": "t1.s1", "thought": "x"}
    for method, path in asked:
        assert (await client.request(method, path, json=body)).status_code == 200, path
    _, secret = Keys(client.app.state.hub.log).add("mia")
    for method, path in asked:
        nobody = await client.request(method, path, json=body)
        assert nobody.status_code == (401 if path.startswith("/studio") else 303), path
    await client.post("/api/v1/sign-in", json={"key": secret})
    for method, path in asked:
        assert (await client.request(method, path, json=body)).status_code == 404, path
    assert (await client.get("/")).text.count('class="tile"') == 0


# ---------------------------------------------------------------- what modules read


def test_choices_are_read_from_the_words_of_a_parameter() -> None:
    assert choices_in('"beside" (equal heights), "above" or "then"') == ["beside", "above", "then"]
    assert choices_in("crop, rotate, flip or resize") == ["crop", "rotate", "flip", "resize"]
    assert choices_in("recolour, remove, move; add is for engines that draw") == ["recolour", "remove", "move"]
    for free in ("what to look for", 'the ratio, for example "16:9", "1:1" or "square"', "resize, upscale: pixels", ""):
        assert choices_in(free) == []


def test_the_catalogue_tells_the_tools_that_ship(home: Path) -> None:
    catalog = catalog_of(Agent(home), "zh")
    tools = {tool["name"]: tool for tool in catalog["tools"]}
    assert tools["locate"]["title"] == "定位"
    assert [port["type"] for port in tools["locate"]["ports"]] == ["Box", "Mask", "Point"]
    compose = {parameter["name"]: parameter for parameter in tools["compose"]["parameters"]}
    assert compose["layout"]["choices"] == ["beside", "above", "then", "fade", "inset", "inside"]
    plan = {parameter["name"]: parameter for parameter in tools["plan_edit"]["parameters"]}
    assert {"recolour", "remove", "weather"} <= set(plan["operation"]["choices"])
    assert catalog["schemas"].keys() == EVIDENCE_TYPES - MEDIA_TYPES
    states = {engine["name"]: engine["status_words"] for engine in catalog["engines"]}
    assert states["classical"] == "就绪"


async def test_a_turn_is_told_with_its_words(client: Any) -> None:
    session, turn = await client.done("toil 2 0")
    told = (await client.get(f"/studio/view/{session}/1?lang=zh")).json()
    assert {key: told[key] for key in ("revision", "status", "chain")} == {
        key: turn[key] for key in ("revision", "status", "chain")
    }
    assert told["message"] == {"text": "toil 2 0", "media": []}
    assert told["told"].keys() == {step["id"] for step in turn["chain"]["steps"]}
    assert told["answer"][0]["type"] == "text"
    assert dict(told["facts"])["运行"] == str(len(turn["executed"]))
    assert (await client.get(f"/studio/view/{session}/2")).status_code == 404
    assert (await client.get(f"/studio/view/{session}/1?lang=xx")).status_code == 422


async def test_other_tools_for_a_step_are_told_with_why_not(client: Any) -> None:
    session, _ = await client.done("toil 2 0")
    asked = await client.post(f"/studio/tools/{session}/1?lang=en", json={"step": "t1.s1"})
    told = {one["tool"]: one for one in asked.json()}
    assert "toil" not in told and set(told) == {"ask_number", "see", "fail", "die"}
    assert told["see"]["why"] == "t1.s2 uses its number, which this tool does not give."
    assert told["see"]["edits"] == []
    assert told["fail"]["edits"][0] == {
        "edit": "set_tool",
        "step": "t1.s1",
        "tool": "fail",
        "args": {"value": 0},
    }
    assert told["fail"]["loses"] == ["mark", "milliseconds"]
    alone = await client.post(f"/studio/tools/{session}/1?lang=zh", json={"step": "t1.s2"})
    assert next(one for one in alone.json() if one["tool"] == "see")["why"] == "需要图片（图片），而这一步之前没有。"
    for one in asked.json():
        if one["edits"]:
            preview = await client.post(f"/api/v1/sessions/{session}/turns/1/preview", json={"edits": one["edits"]})
            assert preview.status_code == 200, preview.text


async def test_the_tools_for_a_step_heed_a_draft(client: Any) -> None:
    session, _ = await client.done("toil 2 0")
    draft = [{"edit": "remove", "step": "t1.s2"}]
    media = await client.post(f"/studio/tools/{session}/1", json={"step": "t1.s1", "edits": draft})
    assert next(one for one in media.json() if one["tool"] == "see")["why"].startswith("It needs a picture")
    gone = await client.post(f"/studio/tools/{session}/1", json={"step": "t1.s2", "edits": draft})
    assert gone.status_code == 422 and gone.json()["code"] == "bad_chain"


async def test_what_can_be_picked_from_another_revision_is_told_and_taken(client: Any) -> None:
    session, _ = await client.done("toil 3 0")
    turn = f"/api/v1/sessions/{session}/turns/1"
    await client.post(f"{turn}/edits", json={"sets": ["t1.s2.args.milliseconds=1", "t1.s1.given.number=5"]})
    await client.ended(session)
    assert (await client.get(f"/studio/picks/{session}/1?source=2")).json() == []
    await client.post(f"{turn}/checkout", json={"revision": 1})
    await client.post(f"/api/v1/sessions/{session}/branches", json={"name": "other", "turn": 1})
    await client.post(f"{turn}/edits", json={"sets": ["t1.s2.args.milliseconds=2"]})
    await client.ended(session)
    picks = (await client.get(f"/studio/picks/{session}/1?source=2")).json()
    assert [(one["what"], one["is_step"]) for one in picks] == [
        ("t1.s1", True),
        ("t1.s1.number", False),
        ("t1.s2", True),
    ]
    assert [len(one["conflicts"]) for one in picks] == [0, 0, 1]
    assert "milliseconds" in picks[2]["conflicts"][0]
    old = await client.post(f"{turn}/pick", json={"what": "t1.s1.number", "source": 2, "revision": 1})
    assert (old.status_code, old.json()["code"]) == (409, "old_revision")
    taken = await client.post(f"{turn}/pick", json={"what": "t1.s1.number", "source": 2, "revision": 3})
    assert taken.status_code == 202
    now = await client.ended(session)
    steps = now["chain"]["steps"]
    assert steps[0]["given"] == {"number": 5} and steps[1]["args"]["milliseconds"] == 2
    newest = (await client.get(f"{turn}/history")).json()["revisions"][-1]
    assert newest["words"].startswith("picked t1.s1.number of revision 2")
