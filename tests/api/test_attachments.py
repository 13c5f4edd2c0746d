"""Pictures: made harmless, fetched whatever happens, kept once, seen by whom they concern."""

import asyncio
import hashlib
import io
import signal
import stat
import sys
import uuid
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from api import clock
from api.attachments import pictures, service
from api.attachments.fetcher import (
    CLAIM_LASTS,
    MEDIA_LIVES,
    Attachments,
    MediaGone,
    MediaUnavailable,
    pause,
)
from api.attachments.files import Files
from api.attachments.models import Attachment
from api.attachments.pictures import Refused, redraw
from api.conversations import service as conversations
from api.conversations.service import Incoming
from api.database import Database
from api.events import Broker
from api.settings import ROOT
from tests.api import pictures_made as made


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# ---- making harmless -----------------------------------------------------------------------


def test_a_photo_loses_where_and_by_what_it_was_taken():
    source = made.photo()
    assert dict(opened(source).getexif().get_ifd(made.GPS))
    kept = redraw(source)
    image = opened(kept.content)
    assert kept.mime == "image/jpeg"
    assert (kept.width, kept.height) == image.size == (300, 400)
    assert dict(image.getexif()) == {}
    for secret in (b"TEST-PHONE", b"18911112222", b"Exif"):
        assert secret in source
        assert secret not in kept.content


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_photo_is_upright_without_its_note_about_it(orientation):
    kept = redraw(made.photo(orientation))
    image = opened(kept.content)
    assert image.size == (300, 400)
    assert image.getpixel((150, 20))[0] > 200, "red is above"
    assert image.getpixel((150, 380))[2] > 200, "blue is below"


def test_transparency_stays():
    kept = redraw(made.see_through())
    image = opened(kept.content)
    assert (kept.mime, image.mode) == ("image/png", "RGBA")
    assert image.getpixel((10, 10))[3] == 0
    assert image.getpixel((150, 10)) == (0, 128, 0, 255)


def test_of_a_moving_picture_the_first_frame_is_kept():
    kept = redraw(made.moving_gif())
    image = opened(kept.content)
    assert (kept.mime, image.size, getattr(image, "n_frames", 1)) == ("image/png", (80, 60), 1)
    assert image.getpixel((5, 5)) == (255, 0, 0)


def test_webp_stays_webp():
    kept = redraw(made.webp())
    assert (kept.mime, opened(kept.content).format) == ("image/webp", "WEBP")


def test_sixteen_bits_of_grey_are_not_washed_out():
    source = made.encoded(Image.new("I;16", (20, 20), 40_000), "PNG")
    assert opened(redraw(source).content).getpixel((3, 3)) == 40_000 // 256


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_every_kind_of_pixels_is_taken(mode):
    source = made.encoded(made.halves().convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    assert opened(redraw(source).content).size == (300, 400)


def test_what_lies_behind_a_picture_is_gone():
    source = made.picture_with_a_zip_behind()
    assert b"run.js" in source
    assert b"run.js" not in redraw(source).content


def test_a_small_one_is_small_whatever_the_shape():
    for size in ((4000, 3000), (20, 9000), (50, 40)):
        small = opened(redraw(made.encoded(Image.new("RGB", size), "PNG")).small)
        assert max(small.size) == min(160, max(size))
        assert small.format == "WEBP"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (made.zip_named_jpg(), pictures.NOT_A_PICTURE),
        (made.HTML_NAMED_PNG, pictures.NOT_A_PICTURE),
        (made.SVG, pictures.NOT_A_PICTURE),
        (b"", pictures.NOT_A_PICTURE),
        (b"GIF89a<script>alert(1)</script>", pictures.NOT_A_PICTURE),
        (made.encoded(Image.new("RGB", (9, 9)), "BMP"), pictures.NOT_A_PICTURE),
        (made.encoded(Image.new("RGB", (9, 9)), "TIFF"), pictures.NOT_A_PICTURE),
        (made.bomb(), pictures.TOO_MANY_PIXELS),
        (made.bomb(9_000, 9_000), pictures.TOO_MANY_PIXELS),
        (made.bomb(16_001, 10), pictures.TOO_MANY_PIXELS),
        (made.truncated(), pictures.DAMAGED),
        (made.eleven_megabytes(), pictures.TOO_MANY_BYTES),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_is_no_picture_or_too_much_is_refused_with_a_reason(content, why):
    with pytest.raises(Refused, match=r"。$") as refused:
        redraw(content)
    assert str(refused.value) == why


def test_a_cut_or_bent_file_is_refused_or_drawn_but_never_breaks():
    """Every source cut at many places, and with a byte changed at many places."""
    sources = [made.photo(6), made.see_through(), made.moving_gif(), made.webp()]
    for source in sources:
        for at in range(0, len(source), max(1, len(source) // 40)):
            bent = bytearray(source)
            bent[at] ^= 0xFF
            for content in (source[:at], bytes(bent)):
                try:
                    assert opened(redraw(content).content).size
                except Refused as refused:
                    assert str(refused).endswith("。")  # noqa: PT017 (either way is right)


# ---- the files ------------------------------------------------------------------------------


def test_the_same_picture_twice_is_one_file_for_this_user_only(tmp_path):
    files = Files(tmp_path / "attachments")
    sha256 = files.keep(redraw(made.photo()))
    assert files.keep(redraw(made.photo())) == sha256
    large = files.large(sha256, "image/jpeg")
    found = {path.name for path in (tmp_path / "attachments").rglob("*") if path.is_file()}
    assert found == {large.name, files.small(sha256).name}
    assert hashlib.sha256(large.read_bytes()).hexdigest() == sha256
    assert stat.S_IMODE(large.stat().st_mode) == 0o600
    assert stat.S_IMODE(large.parent.stat().st_mode) == 0o700


# ---- fetching -------------------------------------------------------------------------------


class Store:
    """A media store at the fetcher's seam: bytes in parts, or what is raised instead."""

    def __init__(self):
        self.held = {}
        self.asked = []
        self.parts = 0

    async def fetch(self, media_id):
        self.asked.append(media_id)
        held = self.held[media_id]
        if isinstance(held, Exception):
            raise held
        for at in range(0, len(held), 64 * 1024):
            self.parts += 1
            yield held[at : at + 64 * 1024]


@pytest.fixture
def store():
    return Store()


@pytest.fixture
async def database(database_url):
    database = Database(database_url)
    yield database
    await database.close()
    clock.start_at(None)


@pytest.fixture
def fetcher(database, store, tmp_path):
    return Attachments(database, Broker(), tmp_path / "attachments", {"wechat": store.fetch})


@pytest.fixture
def sent(database, store):
    """A customer sent pictures: messages that expect a media file each."""

    async def send(*media_ids, conversation_id=None):
        broker = Broker()
        if conversation_id is None:
            async with database.transaction() as session:
                conversation, _ = conversations.begin(session, "wechat", [])
            conversation_id = conversation.id
        for media_id in media_ids:
            incoming = Incoming(str(uuid.uuid4()), "〔图片〕")
            message = (
                await conversations.receive(database, broker, conversation_id, incoming)
            ).message
            async with database.transaction() as session:
                await service.expect(session, broker, conversation_id, message.id, media_id)
        return conversation_id

    return send


async def rows(database):
    async with database.reading() as session:
        return list(await session.scalars(select(Attachment).order_by(Attachment.created_at)))


async def told(database, conversation_id):
    from api.conversations import repository

    async with database.reading() as session:
        said = await repository.messages(session, conversation_id)
    return [m.text for m in said if m.sender == "system"]


def later(delta):
    clock.start_at(clock.now() + delta)


async def test_an_expected_picture_is_fetched_and_kept(database, fetcher, store, sent):
    store.held["m1"] = made.photo()
    conversation_id = await sent("m1")
    assert await fetcher.fetch_due() == 1
    (row,) = await rows(database)
    assert (row.state, row.mime, row.width, row.height) == ("kept", "image/jpeg", 300, 400)
    assert fetcher.files.large(row.sha256, row.mime).stat().st_size == row.size
    async with database.reading() as session:
        assert (await conversations.find(session, conversation_id)).pictures == 1
    assert await fetcher.fetch_due() == 0
    assert await told(database, conversation_id) == []


async def test_told_twice_of_one_picture_it_is_expected_once(database, sent, store):
    conversation_id = await sent("m1")
    (row,) = await rows(database)
    async with database.transaction() as session:
        again = await service.expect(session, Broker(), conversation_id, row.message_id, "m1")
    assert again.id == row.id
    assert len(await rows(database)) == 1


async def test_the_same_picture_sent_twice_is_two_records_and_one_file(
    database, fetcher, store, sent, tmp_path
):
    store.held = {"m1": made.photo(), "m2": made.photo()}
    await sent("m1", "m2")
    await fetcher.fetch_due()
    first, second = await rows(database)
    assert first.sha256 == second.sha256
    large = list((tmp_path / "attachments").rglob("*.jpg"))
    assert len(large) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (made.HTML_NAMED_PNG, pictures.NOT_A_PICTURE),
        (made.bomb(), pictures.TOO_MANY_PIXELS),
        (made.truncated(), pictures.DAMAGED),
    ],
    ids=["html", "bomb", "truncated"],
)
async def test_what_is_refused_says_so_to_the_customer_once(
    database, fetcher, store, sent, tmp_path, content, why
):
    store.held["m1"] = content
    conversation_id = await sent("m1")
    await fetcher.fetch_due()
    later(MEDIA_LIVES)
    assert await fetcher.fetch_due() == 0
    (row,) = await rows(database)
    assert (row.state, row.reason) == ("refused", why)
    (sentence,) = await told(database, conversation_id)
    assert why in sentence
    assert not (tmp_path / "attachments").exists()


async def test_a_file_without_end_is_not_read_to_its_end(database, fetcher, store, sent):
    store.held["m1"] = made.photo() + bytes(50 * 1024 * 1024)
    await sent("m1")
    await fetcher.fetch_due()
    (row,) = await rows(database)
    assert (row.state, row.reason) == ("refused", pictures.TOO_MANY_BYTES)
    assert store.parts <= 10 * 16 + 2


async def test_what_cannot_be_had_now_is_tried_again_later_and_later(
    database, fetcher, store, sent
):
    store.held["m1"] = MediaUnavailable("errcode -1")
    conversation_id = await sent("m1")
    waits = []
    for _ in range(4):
        assert await fetcher.fetch_due() == 1
        (row,) = await rows(database)
        assert row.state == "pending"
        waits.append((row.next_at - clock.now()).total_seconds())
        assert await fetcher.fetch_due() == 0, "not before its time"
        later(row.next_at - clock.now() + timedelta(seconds=1))
    assert waits == sorted(waits)
    store.held["m1"] = made.webp()
    assert await fetcher.fetch_due() == 1
    (row,) = await rows(database)
    assert (row.state, row.attempts) == ("kept", 5)
    assert await told(database, conversation_id) == []


async def test_what_wechat_forgot_is_failed_and_said(database, fetcher, store, sent):
    store.held = {"m1": MediaGone("微信那边已经没有这张图片了。"), "m2": OSError("no line")}
    conversation_id = await sent("m1", "m2")
    await fetcher.fetch_due()
    later(MEDIA_LIVES)
    await fetcher.fetch_due()
    gone, too_late = await rows(database)
    assert (gone.state, gone.reason) == ("failed", "微信那边已经没有这张图片了。")
    assert too_late.state == "failed"
    assert "三天" in too_late.reason
    assert len(await told(database, conversation_id)) == 2


async def test_a_full_disk_is_no_fault_of_the_picture(database, fetcher, store, sent, tmp_path):
    store.held["m1"] = made.photo()
    in_the_way = tmp_path / "attachments"
    in_the_way.write_text("a file where the folder should be")
    await sent("m1")
    await fetcher.fetch_due()
    (row,) = await rows(database)
    assert row.state == "pending"
    in_the_way.unlink()
    later(row.next_at - clock.now() + timedelta(seconds=1))
    await fetcher.fetch_due()
    (row,) = await rows(database)
    assert row.state == "kept"
    assert fetcher.files.large(row.sha256, row.mime).is_file()


async def test_a_disk_that_fills_up_while_writing_leaves_nothing_half(tmp_path, monkeypatch):
    import os

    files = Files(tmp_path / "attachments")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.keep(redraw(made.photo()))
    monkeypatch.undo()
    assert [p for p in (tmp_path / "attachments").rglob("*") if p.is_file()] == []
    sha256 = files.keep(redraw(made.photo()))
    assert files.large(sha256, "image/jpeg").is_file()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from api.attachments import service
from api.attachments.fetcher import Attachments
from api.database import Database
from api.events import Broker
from tests.api import pictures_made as made

async def fetch(media_id):
    yield made.photo()

async def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

service.keep = killed
url, folder = sys.argv[1:]
worker = Attachments(Database(url), Broker(), Path(folder), {"wechat": fetch})
asyncio.run(worker.fetch_due())
"""


async def test_killed_between_fetch_and_record_it_is_fetched_again(
    database_url, database, fetcher, store, sent, tmp_path
):
    store.held["m1"] = made.photo()
    await sent("m1")
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, database_url, str(tmp_path / "attachments")), cwd=ROOT
    )
    assert await other.wait() == -signal.SIGKILL
    assert list((tmp_path / "attachments").rglob("*.jpg")), "the file lies there"
    (row,) = await rows(database)
    assert (row.state, row.attempts) == ("pending", 1), "and the record does not know"
    assert await fetcher.fetch_due() == 0, "whoever claimed it may still be at it"
    later(CLAIM_LASTS)
    assert await fetcher.fetch_due() == 1
    (row,) = await rows(database)
    assert row.state == "kept"
    assert len(list((tmp_path / "attachments").rglob("*.jpg"))) == 1


async def test_two_processes_fetch_each_picture_once(database_url, database, sent, tmp_path):
    stores = [Store(), Store()]
    other = Database(database_url)
    both = [
        Attachments(base, Broker(), tmp_path / "attachments", {"wechat": store.fetch})
        for base, store in zip((database, other), stores, strict=True)
    ]
    names = [f"m{number}" for number in range(8)]
    for store in stores:
        store.held = dict.fromkeys(names, made.webp())
    await sent(*names)
    await asyncio.gather(*(each.fetch_due() for each in both))
    await other.close()
    assert sorted(stores[0].asked + stores[1].asked) == names
    assert {row.state for row in await rows(database)} == {"kept"}


async def test_the_worker_is_woken_and_outlives_a_database_that_is_away(
    database, store, sent, tmp_path, monkeypatch
):
    broker = Broker()
    store.held = {"m1": made.webp(), "m2": made.webp()}
    worker = Attachments(database, broker, tmp_path / "attachments", {"wechat": store.fetch})
    await sent("m1")
    task = asyncio.create_task(worker.run())
    await until(lambda: store.asked == ["m1"])

    def away():
        raise ConnectionError("no database")

    with monkeypatch.context() as patch:
        patch.setattr(database, "reading", away)
        broker.publish(service.NEWS)
        await asyncio.sleep(0.05)
    assert not task.done()
    await sent("m2")
    broker.publish(service.NEWS)
    await until(lambda: store.asked == ["m1", "m2"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def until(true, seconds=5.0):
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_the_pause_grows_to_an_hour():
    assert [round(pause(n).total_seconds() / 5 / 2 ** (n - 1)) for n in (1, 2, 3, 4)] == [1] * 4
    assert timedelta(minutes=41) < pause(50) <= timedelta(hours=1)


# ---- who sees them --------------------------------------------------------------------------


@pytest.fixture
async def picture(app, customer, store):
    """A customer's picture, fetched by the product's own worker."""
    app.state.attachments.sources["wechat"] = store.fetch
    store.held["m1"] = made.photo()
    await customer.says("你好")
    message = (await customer.messages())[1]
    database, broker = app.state.database, app.state.broker
    async with database.transaction() as session:
        row = await service.expect(session, broker, customer.id, message["id"], "m1")
    await settled(database)
    return row.id


async def settled(database):
    async with asyncio.timeout(5):
        while any(row.state == "pending" for row in await rows(database)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_an_agent_sees_it_and_each_opening_is_written_down(
    admin, new_staff, customer, picture, bot
):
    agent = await new_staff("agent", "lin.qing")
    small = await agent.get(f"/v1/attachments/{picture}", params={"size": "small"})
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")
    large = await agent.get(f"/v1/attachments/{picture}")
    assert opened(large.content).size == (300, 400)
    assert large.headers["content-type"] == "image/jpeg"
    assert large.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in large.headers["content-security-policy"]
    assert large.headers["cache-control"] == "private, no-store"
    assert large.headers["content-disposition"] == f'inline; filename="{picture}.jpg"'
    seen = (await admin.get("/v1/audit", params={"conversation": customer.id})).json()
    assert [(e["username"], e["action"], e["fields"]) for e in seen] == [
        ("lin.qing", "viewed", [f"picture:{picture}"])
    ]
    await agent.get(f"/v1/attachments/{picture}")
    seen = (await admin.get("/v1/audit", params={"conversation": customer.id})).json()
    assert len(seen) == 2


async def test_a_picture_with_a_ticket_is_in_that_tickets_audit_and_panel(
    admin, new_staff, customer, picture, bot
):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW", service="voice")
    await customer.says("我在台湾打不了电话")
    number = (await customer.ticket())["number"]
    agent = await new_staff("agent")
    await agent.get(f"/v1/attachments/{picture}")
    seen = (await admin.get("/v1/audit", params={"ticket": number})).json()
    assert [e["fields"] for e in seen] == [[f"picture:{picture}"]]
    cockpit = (await agent.get(f"/v1/desk/conversations/{customer.id}")).json()
    (kept,) = cockpit["ticket"]["pictures"]
    assert (kept["id"], kept["state"], kept["seq"]) == (picture, "kept", 2)
    by_line = {line["seq"]: line["attachments"] for line in cockpit["messages"]}
    assert [seq for seq, found in by_line.items() if found] == [2]
    listed = await agent.get("/v1/attachments", params={"conversation": customer.id})
    assert listed.json() == [kept]


async def test_who_answers_no_customer_sees_no_picture(new_staff, http, picture):
    trainer = await new_staff("trainer")
    for size in ("small", "large"):
        refused = await trainer.get(f"/v1/attachments/{picture}", params={"size": size})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "role_not_allowed")
        assert (await http.get(f"/v1/attachments/{picture}")).status_code == 401


async def test_a_customer_sees_their_own_and_nobody_elses(new_customer, customer, picture):
    url = f"/v1/conversations/{customer.id}/attachments"
    (mine,) = (await customer.http.get(url, headers=customer.headers)).json()
    assert (mine["id"], mine["state"], mine["width"]) == (picture, "kept", 300)
    large = await customer.http.get(f"{url}/{picture}", headers=customer.headers)
    assert opened(large.content).size == (300, 400)
    assert "sandbox" in large.headers["content-security-policy"]
    assert (await customer.http.get(f"{url}/{picture}")).status_code == 401
    stranger = await new_customer()
    assert (await stranger.http.get(url, headers=stranger.headers)).status_code == 403
    theirs = f"/v1/conversations/{stranger.id}/attachments/{picture}"
    assert (await stranger.http.get(theirs, headers=stranger.headers)).status_code == 404


async def test_what_is_not_there_says_why(app, new_staff, customer, picture):
    agent = await new_staff("agent")
    assert (await agent.get("/v1/attachments/nowhere")).status_code == 404
    files, (row,) = app.state.attachments.files, await rows(app.state.database)
    files.large(row.sha256, row.mime).unlink()
    lost = await agent.get(f"/v1/attachments/{picture}")
    assert (lost.status_code, lost.json()["error"]["code"]) == (503, "file_missing")
    async with app.state.database.transaction() as session:
        (await session.get_one(Attachment, picture)).state = "pending"
    pending = await agent.get(f"/v1/attachments/{picture}")
    assert (pending.status_code, pending.json()["error"]["code"]) == (409, "attachment_pending")
