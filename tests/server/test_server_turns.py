"""Sessions, messages and turns over HTTP: accepted, run, edited, cancelled, gone on with."""

from __future__ import annotations

import asyncio

import pytest
from conftest import Client
from toy import RAN

from agentvid.samples import COFFEE
from agentvid.server.work import Work


async def test_a_message_is_accepted_run_and_answered(client: Client):
    session = await client.begin()
    accepted = await client.say(session, "toil 3 1")
    assert accepted["turn"] == 1 and accepted["runs"]
    assert accepted["location"] == f"/api/v1/sessions/{session}/turns/1"
    turn = await client.ended(session)
    assert (turn["status"], turn["phase"], turn["revision"]) == ("done", "done", 1)
    assert turn["executed"] == ["t1.s1", "t1.s2", "t1.s3"]
    assert turn["run"]["t1.s3"]["outputs"] == {"number": 3.0}
    shown = (await client.get(f"/api/v1/sessions/{session}")).json()
    assert [found["text"] for found in shown["turns"]] == ["toil 3 1"]
    assert shown["last_event"] > 0


async def test_a_picture_comes_as_a_file_of_a_form_or_as_an_artifact(client: Client):
    session = await client.begin()
    address = f"/api/v1/sessions/{session}/messages"
    with COFFEE.open("rb") as file:
        sent = await client.post(address, data={"text": "see", "options": '{"seed": 3}'}, files={"files": file})
    assert sent.status_code == 202, sent.text
    first = await client.ended(session)
    image = first["message"]["parts"][1]["artifact"]
    assert (image["width"], image["height"]) == (600, 400)
    await client.say(session, "see", artifacts=[image["artifact"]])
    second = await client.ended(session, 2)
    assert second["message"]["parts"][1]["artifact"] == image
    assert second["message"]["parts"][1]["name"] == "coffee.jpg"


async def test_what_a_message_may_not_say_is_told_in_words(client: Client):
    session = await client.begin()
    address = f"/api/v1/sessions/{session}/messages"
    for body, status in (
        ({"text": " "}, 400),
        ({"text": "toil 1 0", "engine": "none"}, 400),
        ({"text": "toil 1 0", "planner": "none"}, 422),
        ({"text": "toil 1 0", "seed": -1}, 422),
        ({"text": "toil 1 0", "given": {"nowhere": 1}}, 422),
        ({"text": "toil 1 0", "artifacts": ["0" * 64]}, 404),
        ({"text": "toil 1 0", "artifacts": ["../etc/passwd"]}, 404),
        ({"words": "toil 1 0"}, 422),
        ([], 422),
    ):
        refused = await client.post(address, json=body)
        assert refused.status_code == status, (body, refused.text)
        assert refused.headers["content-type"] == "application/problem+json"
        told = refused.json()
        assert told["status"] == status and told["code"] and told["given"]
    assert (await client.post(address, content=b"x", headers={"content-type": "text/plain"})).status_code == 415
    assert (await client.get(f"/api/v1/sessions/{session}")).json()["turns"] == []


async def test_an_edit_runs_what_it_changes_and_tells_what_before(client: Client):
    session, _ = await client.done("toil 4 1")
    RAN.clear()
    body = {"sets": ["t1.s3.args.mark=other"], "revision": 1}
    told = (await client.post(f"/api/v1/sessions/{session}/turns/1/preview", json=body)).json()
    assert told["preview"]["certain"] == ["t1.s3"] and told["preview"]["possible"] == ["t1.s4"]
    assert told["edits"][0]["edit"] == "set_arg" and RAN == []
    edited = await client.post(f"/api/v1/sessions/{session}/turns/1/edits", json=body)
    assert edited.status_code == 202 and edited.json()["revision"] == 2
    turn = await client.ended(session)
    assert turn["executed"] == ["t1.s3"] and turn["cached"] == ["t1.s1", "t1.s2", "t1.s4"]
    assert RAN == ["other"]


async def test_an_edit_may_wait_to_be_run(client: Client):
    session, _ = await client.done("toil 2 0")
    body = {"edits": [{"edit": "set_arg", "step": "t1.s2", "name": "mark", "value": "later"}], "run": False}
    edited = (await client.post(f"/api/v1/sessions/{session}/turns/1/edits", json=body)).json()
    assert not edited["runs"] and edited["revision"] == 2
    assert "later" not in RAN
    approved = await client.post(f"/api/v1/sessions/{session}/turns/1/approve", json={"revision": 2})
    assert approved.status_code == 202
    await client.ended(session)
    assert RAN[-1] == "later"


async def test_two_tabs_the_second_is_told_that_its_revision_is_old(client: Client):
    session, _ = await client.done("toil 2 0")
    address = f"/api/v1/sessions/{session}/turns/1/edits"
    one = {"sets": ["t1.s2.args.mark=one"], "revision": 1, "run": False}
    other = {"sets": ["t1.s2.args.mark=other"], "revision": 1, "run": False}
    answers = await asyncio.gather(*(client.post(address, json=body) for body in (one, other)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    late = await client.post(address, json=other)
    assert late.status_code == 409
    assert late.json()["code"] == "old_revision" and late.json()["revision"] == 2 and late.json()["do"]
    other["revision"] = 2
    assert (await client.post(address, json=other)).status_code == 202


async def test_review_waits_and_approve_runs(client: Client):
    session = await client.begin()
    await client.say(session, "toil 2 0 reviewed", review="ask")
    turn = await client.ended(session)
    assert turn["phase"] == "waiting" and RAN == [] and turn["waiting"]
    await client.post(f"/api/v1/sessions/{session}/turns/1/approve", json={"revision": 1})
    assert (await client.ended(session))["status"] == "done"
    assert RAN == ["reviewed.1", "reviewed.2"]


async def test_a_step_that_waits_goes_on_with_what_is_given(client: Client):
    session, turn = await client.done("ask")
    assert turn["status"] == "waiting" and turn["waiting"][0]["port"] == "number"
    body = {"given": {"t1.s1.number": 5}}
    resumed = await client.post(f"/api/v1/sessions/{session}/turns/1/resume", json=body)
    assert resumed.status_code == 202, resumed.text
    turn = await client.ended(session)
    assert turn["status"] == "done" and turn["run"]["t1.s1"]["outputs"] == {"number": 5}


async def test_a_turn_that_fails_says_so_and_leaves_the_server_well(client: Client):
    _, turn = await client.done("fail")
    assert turn["status"] == "failed" and turn["error"]["given"] == "it is meant to fail"
    _, turn = await client.done("broken plan")
    assert turn["status"] == "failed" and turn["error"]["code"] == "unexpected"
    _, turn = await client.done("toil 1 0")
    assert turn["status"] == "done"


async def test_cancel_stops_what_runs_and_what_waits_for_its_place(client: Client):
    sessions = [await client.begin() for _ in range(3)]
    for number, session in enumerate(sessions):
        await client.say(session, f"toil 200 20 cancelled{number}")
    shown = [(await client.get(f"/api/v1/sessions/{session}/turns/1")).json()["work"] for session in sessions]
    assert shown == ["running", "running", "queued"]
    for session in sessions[::-1]:
        stopped = await client.post(f"/api/v1/sessions/{session}/turns/1/cancel")
        assert (stopped.status_code, stopped.json()["phase"], stopped.json()["work"]) == (200, "cancelled", "")
    assert len(RAN) < 100
    await client.post(f"/api/v1/sessions/{sessions[2]}/turns/1/cancel")
    session = await client.begin()
    await client.say(session, "toil 2 1 cancelled9")
    assert (await client.ended(session))["status"] == "done"


async def test_a_turn_that_is_stopped_as_it_gets_its_place_has_ended(client: Client, monkeypatch: pytest.MonkeyPatch):
    hub, session = client.app.state.hub, await client.begin()
    enqueue = hub.enqueue

    def stopped_at_once(work: Work) -> None:
        enqueue(work)
        hub._running[work.session].task.cancel()

    monkeypatch.setattr(hub, "enqueue", stopped_at_once)
    await client.say(session, "toil 1 0")
    monkeypatch.undo()
    turn = await client.ended(session)
    assert turn["phase"] == "cancelled" and hub.load() == (0, 0)
    assert (await client.post(f"/api/v1/sessions/{session}/turns/1/resume", json={})).status_code == 202
    assert (await client.ended(session))["status"] == "done"


async def test_a_session_does_one_thing_at_a_time(client: Client):
    session = await client.begin()
    await client.say(session, "toil 50 20")
    busy = await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "toil 1 0"})
    assert busy.status_code == 409 and busy.json()["code"] == "session_busy" and "cancel" in busy.json()["do"]
    assert (await client.delete(f"/api/v1/sessions/{session}")).status_code == 409
    assert (await client.post(f"/api/v1/sessions/{session}/turns/1/cancel")).status_code == 200
    assert (await client.delete(f"/api/v1/sessions/{session}")).status_code == 204
    assert (await client.get(f"/api/v1/sessions/{session}")).status_code == 404


async def test_history_undo_redo_branch_diff_merge(client: Client):
    session, _ = await client.done("toil 3 0")
    turn = f"/api/v1/sessions/{session}/turns/1"

    async def edit(text: str) -> None:
        answer = await client.post(f"{turn}/edits", json={"sets": [text]})
        assert answer.status_code == 202, answer.text
        await client.ended(session)

    made = await client.post(f"/api/v1/sessions/{session}/branches", json={"name": "other"})
    assert made.status_code == 200 and made.json()["branch"] == "other"
    await edit("t1.s2.args.mark=theirs")
    gone = await client.post(f"{turn}/checkout", json={"revision": "main"})
    assert (gone.json()["branch"], gone.json()["revision"]) == ("main", 1)
    await edit("t1.s3.args.mark=ours")
    differs = (await client.get(f"{turn}/diff", params={"other": "other"})).json()
    assert any("theirs" in line for line in differs["plan"])
    merged = await client.post(f"{turn}/merge", json={"other": "other"})
    assert merged.status_code == 202, merged.text
    chain = (await client.ended(session))["chain"]["steps"]
    assert [step["args"]["mark"] for step in chain] == ["x.1", "theirs", "ours"]
    undone = (await client.post(f"{turn}/undo", json={})).json()
    redone = (await client.post(f"{turn}/redo", json={})).json()
    assert (undone["revision"], redone["revision"]) == (3, 4)
    told = (await client.get(f"{turn}/history")).json()
    assert [node["n"] for node in told["revisions"]] == [1, 2, 3, 4]
    assert told["revisions"][3]["merged"] == 2
    nothing = await client.post(f"{turn}/redo", json={})
    assert nothing.status_code == 400 and nothing.json()["do"]


async def test_a_conflict_is_told_and_settled(client: Client):
    session, _ = await client.done("toil 2 0")
    turn = f"/api/v1/sessions/{session}/turns/1"
    await client.post(f"/api/v1/sessions/{session}/branches", json={"name": "other"})
    for where, mark in (("other", "theirs"), ("main", "ours")):
        await client.post(f"{turn}/checkout", json={"revision": where})
        await client.post(f"{turn}/edits", json={"sets": [f"t1.s2.args.mark={mark}"]})
        await client.ended(session)
    refused = await client.post(f"{turn}/merge", json={"other": "other"})
    assert refused.status_code == 409 and len(refused.json()["ids"]) == 1
    resolve = {refused.json()["ids"][0]: "theirs"}
    assert (await client.post(f"{turn}/merge", json={"other": "other", "resolve": resolve})).status_code == 202
    assert (await client.ended(session))["chain"]["steps"][1]["args"]["mark"] == "theirs"


async def test_a_budget_comes_with_a_message(client: Client):
    session = await client.begin()
    await client.say(session, "toil 1 0", budget={"amount": 2.5, "currency": "CNY"})
    await client.ended(session)
    shown = (await client.get(f"/api/v1/sessions/{session}")).json()
    assert shown["budget"] == {"amount": 2.5, "currency": "CNY"}


async def test_report_and_bundle_of_a_turn(client: Client):
    session, _ = await client.done("toil 2 0")
    page = await client.get(f"/api/v1/sessions/{session}/turns/1/report")
    assert page.status_code == 200 and "<html" in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    file = await client.get(f"/api/v1/sessions/{session}/turns/1/bundle")
    assert file.status_code == 200 and file.content[:2] == b"PK"


async def test_engines_tools_and_health(client: Client):
    assert {tool["name"] for tool in (await client.get("/api/v1/tools")).json()["tools"]} >= {"toil", "see"}
    assert "offline" in {found["name"] for found in (await client.get("/api/v1/engines")).json()["planners"]}
    health = (await client.get("/api/v1/health")).json()
    assert (health["status"], health["concurrency"]) == ("ok", 2)
