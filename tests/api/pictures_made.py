"""Files as customers send them, and others that only say they are pictures."""

import io
import random
import struct
import zipfile
import zlib

from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825


def encoded(image, kind, **how):
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def noise(width, height, mode="RGB"):
    image = Image.effect_noise((width, height), 90)
    return image.convert(mode)


def halves(width=300, height=400):
    """Red above, blue below: tells which way is up."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width, height))
    return image


def photo(orientation=1):
    """A phone's JPEG: where it was taken, by what, and which way the phone was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x0110] = "TEST-PHONE"
    exif[GPS] = {1: "N", 2: (25.0, 2.0, 0.0), 3: "E", 4: (121.0, 30.0, 0.0)}
    turned = {1: None, 6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180}[orientation]
    image = halves() if turned is None else halves().transpose(turned)
    return encoded(image, "JPEG", quality=90, exif=exif, comment=b"18911112222")


def see_through():
    image = Image.new("RGBA", (200, 100), (0, 128, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 50, 100))
    return encoded(image, "PNG")


def moving_gif():
    frames = [Image.new("P", (80, 60), colour) for colour in (1, 2, 3)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)


def webp():
    return encoded(halves(), "WEBP", quality=80)


def zip_named_jpg():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def picture_with_a_zip_behind():
    return photo() + zip_named_jpg()


HTML_NAMED_PNG = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb(width=60_000, height=60_000):
    """A PNG of a few kilobytes that would be 3,600 million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width // 8) * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def truncated():
    whole = encoded(noise(600, 400), "JPEG", quality=90)
    return whole[: len(whole) // 2]


def eleven_megabytes():
    return photo() + random.Random(1).randbytes(11 * 1024 * 1024)
