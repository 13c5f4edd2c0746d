"""WeChat's media store at the far end of a real connection: the stand-in serves it."""

import logging

import pytest

from api.attachments.fetcher import MediaGone, MediaUnavailable
from api.channels.wechat.media import Media
from ops.wechat_sim.faults import Fault, Order
from tests.api import pictures_made as made


class Tokens:
    """The token as one process knows it; a refused one is asked for anew by force."""

    def __init__(self, sim):
        self.sim = sim
        self.current = None
        self.refused = []

    async def __call__(self, refused=None):
        if refused is not None:
            self.refused.append(refused)
        if self.current is None or refused == self.current:
            self.current, _ = self.sim.tokens.stable(force=refused is not None)
        return self.current


@pytest.fixture
async def media(sim):
    media = Media(sim.url, Tokens(sim))
    yield media
    await media.close()


async def fetched(media, media_id):
    return b"".join([part async for part in media.fetch(media_id)])


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (made.photo(), "image/jpeg"),
        (made.HTML_NAMED_PNG, "text/html"),
        (b'{"a": "file of JSON"}', "application/json"),
        (b"[]", "application/json"),
        (b"x" * 100_000, "text/plain"),
        (b"", "text/plain"),
    ],
)
async def test_a_file_comes_whole_whatever_it_says_it_is(sim, media, content, mime):
    assert await fetched(media, sim.keep(content, mime)) == content


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_changed_once(sim, media, code):
    media_id = sim.keep(made.webp(), "image/webp")
    before = await media._token()
    sim.order(Order(media=Fault(kind="errcode", errcode=code)))
    assert await fetched(media, media_id) == made.webp()
    assert media._token.refused == [before]
    sim.order(Order(media=Fault(kind="errcode", errcode=code, times=9)))
    with pytest.raises(MediaUnavailable):
        await fetched(media, media_id)
    assert len(media._token.refused) == 2


async def test_what_wechat_does_not_know_any_more_is_gone(sim, media):
    media_id = sim.keep(made.webp(), "image/webp")
    sim.age(3 * 24 * 3600 + 1)
    for unknown in (media_id, "never-there", "../../etc/passwd&access_token=x"):
        with pytest.raises(MediaGone, match=r"。$"):
            await fetched(media, unknown)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="http500"),
        Fault(kind="drop"),
        Fault(kind="error"),
        Fault(kind="errcode", errcode=45009),
        Fault(kind="errcode", errcode=48001),
    ],
    ids=lambda fault: f"{fault.kind} {fault.errcode}",
)
async def test_trouble_is_for_later(sim, media, fault):
    media_id = sim.keep(made.webp(), "image/webp")
    sim.order(Order(media=fault))
    with pytest.raises(MediaUnavailable):
        await fetched(media, media_id)
    assert await fetched(media, media_id) == made.webp()


async def test_nobody_there_is_for_later():
    async def token(refused=None):
        return "a token"

    media = Media("http://127.0.0.1:9", token)
    with pytest.raises(MediaUnavailable) as raised:
        await fetched(media, "m1")
    assert "a token" not in str(raised.value)
    await media.close()


async def test_the_token_stands_in_no_log(sim, media, caplog):
    caplog.set_level(logging.INFO)
    await fetched(media, sim.keep(made.webp(), "image/webp"))
    assert media._token.current not in caplog.text
