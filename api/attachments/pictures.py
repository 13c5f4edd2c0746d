"""Makes a picture from a stranger harmless: known by its content, decoded, written anew.

What is kept is drawn again from the pixels: no metadata (camera, place), no second file behind
the first, nothing that is no picture. Pure: bytes in, bytes out.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
"""WeChat's own limit for a picture."""
MOST_PIXELS = 25_000_000
"""Decoded that is 100 MB; a phone's screen has 4 million, a long screenshot 17."""
LONGEST_SIDE = 16_000
"""WebP ends at 16,383."""
SMALL_SIDE = 160
"""A thumbnail tells what it is a picture of; the digits in it can't be read."""
JPEG_QUALITY = 90
SMALL_QUALITY = 75

READ = ("JPEG", "PNG", "WEBP", "GIF")
WRITTEN = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
"""By what came: of a moving GIF the first frame is kept; MPO is a JPEG with another behind it."""
MIME = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

NOT_A_PICTURE = "这个文件不是我们能打开的图片（支持 JPEG、PNG、WebP 和 GIF）。"
TOO_MANY_PIXELS = "这张图片的尺寸太大（最多 2500 万像素，边长不超过 16000 像素）。"
TOO_MANY_BYTES = "这张图片的文件太大（最多 10 MB）。"
DAMAGED = "这张图片的文件不完整或已损坏。"


class Refused(Exception):
    """This is no picture we take; the message is a Chinese sentence that says why."""


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew, and a small one of it (WebP, at most 160 pixels a side)."""

    mime: str
    content: bytes
    small: bytes
    width: int
    height: int


def redraw(content: bytes) -> Picture:
    """Return the picture in `content`, upright and without anything but its pixels.

    Raises:
        Refused: too large, no picture by its content, or a damaged one.
    """
    if len(content) > MOST_BYTES:
        raise Refused(TOO_MANY_BYTES)
    image, came_as = _decoded(content)
    # Turned first: the note that says which way is up goes with the metadata.
    ImageOps.exif_transpose(image, in_place=True)
    plain, written = _plain(image), WRITTEN[came_as]
    return Picture(
        mime=MIME[written],
        content=_written(plain, written, JPEG_QUALITY),
        small=_written(_small(plain), "WEBP", SMALL_QUALITY),
        width=plain.width,
        height=plain.height,
    )


def _decoded(content: bytes) -> tuple[Image.Image, str]:
    """Return the first frame, decoded; the size is judged by the header, before any pixel."""
    try:
        image = Image.open(io.BytesIO(content), formats=READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise Refused(NOT_A_PICTURE) from error
    except (OSError, ValueError, SyntaxError, IndexError) as error:
        raise Refused(DAMAGED) from error
    came_as = image.format or ""
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise Refused(TOO_MANY_PIXELS)
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # a decoder fed with rubbish may raise anything
        raise Refused(DAMAGED) from error
    return image, came_as


def _plain(image: Image.Image) -> Image.Image:
    """Return a new image of the pixels alone, in grey or colours with or without transparency."""
    if image.mode.startswith("I"):
        # 16 bits a pixel: brought down to 8, which a plain conversion would cut off.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    see_through = image.has_transparency_data
    wanted = "RGBA" if see_through else "L" if image.mode in ("1", "L") else "RGB"
    pixels = image if image.mode == wanted else image.convert(wanted)
    plain = Image.new(wanted, pixels.size)
    plain.paste(pixels)
    return plain


def _small(image: Image.Image) -> Image.Image:
    shrink = SMALL_SIDE / max(image.size)
    if shrink >= 1:
        return image
    fits = (max(1, round(image.width * shrink)), max(1, round(image.height * shrink)))
    return image.resize(fits, reducing_gap=2.0)


def _written(image: Image.Image, written: str, quality: int) -> bytes:
    out = io.BytesIO()
    if written == "PNG":
        image.save(out, written)
    else:
        image.save(out, written, quality=quality)
    return out.getvalue()
