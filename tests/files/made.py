"""Files for the tests, made on the spot."""

import io

import pikepdf
from PIL import Image


def encoded(picture, name, **options):
    target = io.BytesIO()
    picture.save(target, name, **options)
    return target.getvalue()


def png(picture, **options):
    return encoded(picture, "PNG", **options)


def jpeg(picture, **options):
    return encoded(picture, "JPEG", **options)


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def camera_exif(orientation=1):
    """What a phone writes into a photo: how it was held, where it was, and whose it is."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker of phones"
    exif[0x9C9D] = "Somebody's name".encode("utf-16-le")
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 33.0, 47.0), 3: "E", 4: (106.0, 34.0, 40.0)})
    return exif


def pdf(pages=1, text="Invoice 4711"):
    """A plain PDF with some text on each page, open for the test to add to."""
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(300, 200))
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
            )
        )
        page.Contents = document.make_stream(f"BT /F1 12 Tf 20 100 Td ({text} {number + 1}) Tj ET".encode())
    return document


def saved(document, **options):
    target = io.BytesIO()
    document.save(target, **options)
    return target.getvalue()
