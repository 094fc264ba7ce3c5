"""Promises of load_pictures: picture files of every kind, arrays of every shape, and what is refused."""

import gzip
import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from ganlib.data import DataError, Pictures, folders, load_pictures

RNG = np.random.default_rng(0)
RED, BLUE = (250, 20, 10), (5, 30, 240)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "cache"))


def save(folder, count=32, colour=RED, size=(20, 20), ending="png", start=0):
    """Write plain pictures of one colour."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + count):
        Image.new("RGB", size, colour).save(folder / f"{number:03}.{ending}")
    return folder


def read(picture, tmp_path, name="one.png", **options):
    """Return what becomes of one picture, (28, 28, channels), among others that are black."""
    folder = save(tmp_path / name.replace(".", "_"), 31, (0, 0, 0))
    if isinstance(picture, bytes):
        (folder / name).write_bytes(picture)
    else:
        picture.save(folder / name, **options.pop("save", {}))
    loaded = load_pictures(folder, **options)
    assert len(loaded.images) == 32
    return loaded.images[-1]


# Files


def test_a_folder_becomes_bytes_of_one_size(tmp_path):
    loaded = load_pictures(save(tmp_path / "leaves", 40, RED), 32)
    assert isinstance(loaded, Pictures)
    assert (loaded.images.shape, loaded.images.dtype, loaded.classes) == ((40, 32, 32, 3), np.uint8, ("leaves",))
    assert (loaded.images == RED).all()
    assert not loaded.labels.any()
    assert not loaded.images.flags.writeable
    assert loaded.describe() == "40 pictures of 32 by 32 pixels in colour."


@pytest.mark.parametrize("ending", ["png", "jpg", "JPEG", "webp", "gif"])
def test_every_kind_of_file_is_read(tmp_path, ending):
    images = load_pictures(save(tmp_path / "pictures", ending=ending)).images
    assert np.abs(images.astype(int) - RED).max() < 16


def test_sub_folders_are_classes_and_deeper_ones_belong_to_them(tmp_path):
    save(tmp_path / "set" / "oak", 20, RED)
    save(tmp_path / "set" / "beech" / "spring", 10, BLUE)
    save(tmp_path / "set" / "beech" / "autumn", 5, BLUE)
    save(tmp_path / "set" / ".thumbnails", 9)
    save(tmp_path / "set" / "__MACOSX" / "oak", 9)
    loaded = load_pictures(tmp_path / "set")
    assert loaded.classes == ("beech", "oak")
    assert loaded.labels.tolist() == [0] * 15 + [1] * 20
    assert (loaded.images[loaded.labels == 1] == RED).all()
    assert loaded.describe().endswith("2 classes: beech (15), oak (20).")


def test_pictures_beside_the_sub_folders_are_a_class_of_the_folders_own_name(tmp_path):
    save(tmp_path / "set", 20)
    save(tmp_path / "set" / "oak", 20)
    assert load_pictures(tmp_path / "set").classes == ("oak", "set")


@pytest.mark.parametrize("root", ["", "leaves/"])
def test_a_zip_is_read_like_the_folder_that_was_packed(tmp_path, root):
    save(tmp_path / "leaves" / "oak", 20, RED)
    save(tmp_path / "leaves" / "beech", 20, BLUE)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for file in (tmp_path / "leaves").rglob("*.png"):
            packed.write(file, root + str(file.relative_to(tmp_path / "leaves")))
        packed.writestr("__MACOSX/oak/._000.png", b"no picture")
    loaded, folder = load_pictures(tmp_path / "packed.zip"), load_pictures(tmp_path / "leaves")
    assert loaded.classes == folder.classes == ("beech", "oak")
    np.testing.assert_array_equal(loaded.images, folder.images)
    np.testing.assert_array_equal(loaded.labels, folder.labels)


def test_the_middle_square_is_taken_and_nothing_is_squeezed(tmp_path):
    wide = np.zeros((40, 100, 3), np.uint8)
    wide[:, 30:70] = RED
    assert (read(Image.fromarray(wide), tmp_path) == RED).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_picture_is_turned_as_its_exif_says(tmp_path, orientation, ending):
    upright = np.zeros((64, 64), np.uint8)
    upright[:32], upright[32:, :32] = 255, 128  # white above, grey below on the left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = Image.fromarray(upright)
    if orientation > 1:
        stored = stored.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = read(stored, tmp_path, f"turned.{ending}", save={"exif": exif}, size=16)[..., 0]
    for rows, columns, grey in ((slice(1, 6), slice(1, 15), 255), (slice(10, 15), slice(1, 6), 128)):
        assert np.abs(seen[rows, columns].astype(int) - grey).max() < 12
    assert seen[10:15, 10:15].max() < 12


def test_damaged_exif_leaves_the_picture_as_it_lies(tmp_path):
    picture = Image.new("RGB", (20, 20), RED)
    assert (read(picture, tmp_path, save={"exif": b"Exif\0\0MM\0*\0\0\xff\xff"}) == RED).all()


@pytest.mark.parametrize("background", ["white", "black"])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_what_is_transparent_shows_the_background(tmp_path, background, mode):
    clear = np.zeros((32, 32, 4), np.uint8)
    clear[:, 16:] = (200, 200, 200, 255)
    picture, options = Image.fromarray(clear), {}
    if mode == "RGB":
        picture, options = picture.convert("RGB"), {"transparency": (0, 0, 0)}
    elif mode == "P":
        picture, options = Image.fromarray((clear[..., 0] > 0).astype(np.uint8)).convert("P"), {"transparency": 0}
        picture.putpalette([9, 9, 9, 200, 200, 200])
    elif mode == "LA":
        picture = picture.convert("LA")
    seen = read(picture, tmp_path, background=background, save=options)[..., 0]
    assert np.abs(seen[:, 1:12].astype(int) - {"white": 255, "black": 0}[background]).max() < 8
    assert np.abs(seen[:, 16:].astype(int) - 200).max() < 8


def test_16_bits_of_grey_become_8_of_the_same_brightness(tmp_path):
    deep = np.full((20, 20), 257 * 100, np.uint16)
    assert (read(Image.fromarray(deep), tmp_path) == 100).all()


def test_palettes_bits_and_print_colours_become_what_they_show(tmp_path):
    assert (read(Image.new("RGB", (20, 20), RED).quantize(4), tmp_path, "a.gif") == RED).all()
    assert (read(Image.new("1", (20, 20), 1), tmp_path, "b.png") == 255).all()
    cyan = read(Image.new("CMYK", (20, 20), (255, 0, 0, 0)), tmp_path, "c.jpg")
    assert cyan[0, 0, 0] < 60 < 150 < cyan[0, 0, 2]


def test_of_a_film_the_first_frame_is_taken(tmp_path):
    first, second = (Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE))
    assert (read(first, tmp_path, "film.gif", save={"save_all": True, "append_images": [second]}) == RED).all()


def test_grey_pictures_get_one_channel_unless_colour_is_asked_for(tmp_path):
    folder = save(tmp_path / "grey", colour=(90, 90, 90))
    assert load_pictures(folder).images.shape == (32, 28, 28, 1)
    assert load_pictures(folder, channels=3).images.shape == (32, 28, 28, 3)
    save(folder, 1, RED, start=50)
    assert load_pictures(folder).images.shape == (33, 28, 28, 3)
    grey = load_pictures(folder, channels=1).images
    assert (grey[:32] == 90).all()
    assert (grey[32] == Image.new("RGB", (1, 1), RED).convert("L").getpixel((0, 0))).all()


# What is left out and what is refused


def png_that_announces(width, height):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_files_that_cannot_be_read_are_named_in_one_sentence(tmp_path, capsys):
    folder = save(tmp_path / "some", 40)
    whole = io.BytesIO()
    Image.fromarray(RNG.integers(0, 255, (99, 99, 3), dtype=np.uint8)).save(whole, "JPEG")
    (folder / "cut.jpg").write_bytes(whole.getvalue()[:900])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.gif").write_text("no picture")
    (folder / "bomb.png").write_bytes(png_that_announces(60_000, 60_000))
    (folder / "page.html").write_text("<p>")
    (folder / "phone.heic").write_bytes(b"1")
    for _ in range(2):  # the second time from the cache
        assert len(load_pictures(folder).images) == 40
        assert capsys.readouterr().out == (
            f"{folder}: left out 4 of 44 files, which cannot be read: bomb.png, cut.jpg, empty.png, text.gif; left out "
            f"files other than .png, .jpg, .jpeg, .webp, .gif: 1 .heic, 1 .html.\n"
        )


def test_a_zip_that_unpacks_to_too_much_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "HEAVIEST", 10_000)
    save(tmp_path / "set")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in (tmp_path / "set").iterdir():
            packed.write(file, file.name)
        packed.writestr("bomb.png", bytes(10**6))
    assert len(load_pictures(tmp_path / "a.zip").images) == 32


def test_large_pictures_are_unpacked_one_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "LARGE", 100)
    assert len(load_pictures(save(tmp_path / "set")).images) == 32


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder.mkdir(), "holds no pictures: they must be .png"),
        (lambda folder: None, "does not exist. Give a folder"),
        (lambda folder: save(folder, 31), "holds 31 pictures, and that is too few: at least 32"),
        (lambda folder: folder.write_text("?"), "is neither a folder of pictures nor a zip"),
    ],
)
def test_what_holds_no_pictures_is_refused_in_a_sentence(tmp_path, make, sentence):
    make(tmp_path / "set")
    with pytest.raises(DataError, match=sentence) as error:
        load_pictures(tmp_path / "set")
    assert str(tmp_path / "set") in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_no_folder_of_pictures_and_is_there_all_the_same(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=r"is neither a folder of pictures nor a zip or \.npz file"):
        load_pictures(tmp_path / "pipe")


def test_a_name_that_is_too_long_is_told_in_our_words(tmp_path):
    with pytest.raises(DataError, match=r"cannot be looked up: the name is too long\. Check the path\.$"):
        load_pictures(tmp_path / ("x" * 300))


def test_a_folder_of_phone_pictures_of_another_kind_says_what_to_do(tmp_path):
    (tmp_path / "a.HEIC").write_bytes(b"1")
    with pytest.raises(DataError, match=r"There are others: 1 \.heic\. Convert them to JPEG or PNG\."):
        load_pictures(tmp_path)


def test_a_folder_of_100_000_is_refused_and_a_limit_spreads_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MOST_FILES", 60)
    for number in range(100):
        save(tmp_path / "set", 1, (number, number, number), start=number)
    with pytest.raises(DataError, match="holds 100 pictures, and at most 60 are read: limit=60 takes that many"):
        load_pictures(tmp_path / "set")
    greys = load_pictures(tmp_path / "set", limit=34).images[:, 0, 0, 0]
    assert greys.tolist() == list(range(0, 100, 3))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"size": 12}, "size must be a whole number from 16 to 64, not 12"),
        ({"size": 128}, "size must be a whole number from 16 to 64, not 128"),
        ({"channels": 4}, r"channels must be 1 \(grey\), 3 \(colour\) or None, not 4"),
        ({"channels": True}, "channels must be"),
        ({"background": "grey"}, "background must be one of 'black', 'white'"),
        ({"limit": 3}, "limit must be a whole number of at least 32"),
        ({"split": "all"}, "split must be one of 'train', 'test'"),
        ({"path": 3}, "path must be the name"),
    ],
)
def test_other_arguments_are_refused(tmp_path, wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        load_pictures(**{"path": tmp_path, **wrong})


# The cache


def test_the_second_start_reads_no_picture_and_a_changed_folder_is_read_anew(tmp_path, monkeypatch):
    folder = save(tmp_path / "set", 33)
    first = load_pictures(folder)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "read_picture", None)
        again = load_pictures(folder)
    for one, other in zip(first[:2], again[:2], strict=True):
        np.testing.assert_array_equal(one, other)
    assert first.classes == again.classes
    assert load_pictures(folder, 16).images.shape[1] == 16
    save(folder, 1, BLUE)
    os.utime(folder / "000.png", ns=(1, 1))
    assert (load_pictures(folder).images[0] == BLUE).all()


def test_files_that_are_left_out_are_told_as_they_are_now(tmp_path, capsys):
    folder = save(tmp_path / "set")
    load_pictures(folder)
    assert capsys.readouterr().out == ""
    (folder / "phone.heic").write_bytes(b"0")
    load_pictures(folder)
    assert "1 .heic" in capsys.readouterr().out
    (folder / "phone.heic").unlink()
    load_pictures(folder)
    assert capsys.readouterr().out == ""


def test_the_channels_may_be_a_number_of_numpys(tmp_path):
    assert load_pictures(save(tmp_path / "set"), channels=np.int64(1)).images.shape[-1] == 1


def test_a_damaged_cache_and_one_that_cannot_be_written_cost_nothing_but_time(tmp_path, monkeypatch):
    folder = save(tmp_path / "set")
    load_pictures(folder)
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:500])
    assert len(load_pictures(folder).images) == 32
    monkeypatch.setenv("GANLIB_CACHE", str(folder / "000.png"))
    assert len(load_pictures(folder).images) == 32


def test_the_cache_throws_away_what_was_not_used_for_longest(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MOST_CACHED", 200_000)
    sets = [save(tmp_path / f"set{number}") for number in range(4)]
    for number, folder in enumerate(sets):
        load_pictures(folder)
        for file in (tmp_path / "cache").iterdir():
            os.utime(file, ns=(number, number)) if file.stat().st_mtime > 1000 else None
    assert len(list((tmp_path / "cache").iterdir())) == 2


# Arrays


def arrays(n=40, size=32, channels=(3,), top=255):
    images = RNG.integers(0, top + 1, (n, size, size, *channels), dtype=np.uint8)
    return images, RNG.permutation(np.arange(n) % 12)


@pytest.mark.parametrize("keys", [("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels")])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_npz_files_of_any_shape_and_any_number_of_classes(tmp_path, keys, channels):
    images, labels = arrays(channels=channels)
    np.savez(tmp_path / "a.npz", **{keys[0]: images, keys[1]: labels[:, np.newaxis]})
    loaded = load_pictures(tmp_path / "a.npz", 32)
    np.testing.assert_array_equal(loaded.images, images if channels else images[..., np.newaxis])
    assert loaded.classes == tuple(map(str, range(12)))
    np.testing.assert_array_equal(loaded.labels, labels)
    assert load_pictures(tmp_path / "a.npz", 20, channels=1, limit=35).images.shape == (35, 20, 20, 1)


def test_npz_files_without_labels_are_one_class(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=arrays()[0])
    assert load_pictures(tmp_path / "a.npz").classes == ("0",)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"other": arrays()[0]}, "lacks x_train or train_images or images: it holds other"),
        ({"images": arrays()[0] / 255}, "the pictures are float64"),
        ({"images": arrays(channels=(2,))[0]}, "must be uint8 of shape"),
        ({"images": arrays()[0], "labels": np.arange(3)}, "one for each of the 40 pictures"),
        ({"images": arrays(top=1)[0]}, "no pixel is above 1"),
        ({"images": arrays(20)[0]}, "holds 20 pictures, and that is too few"),
        ({"images": np.array([None] * 40)}, "cannot be read"),
    ],
)
def test_npz_files_of_something_else_are_refused(tmp_path, wrong, sentence):
    np.savez(tmp_path / "a.npz", **wrong)
    with pytest.raises(DataError, match=sentence):
        load_pictures(tmp_path / "a.npz")


def write_idx(path, array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    with (gzip.open if path.suffix == ".gz" else open)(path, "wb") as file:
        file.write(head + array.astype(np.uint8).tobytes())


def test_idx_files_in_colour(tmp_path):
    images, labels = arrays()
    write_idx(tmp_path / "t10k-images-idx4-ubyte.gz", images)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", labels)
    loaded = load_pictures(tmp_path, 32, split="test")
    np.testing.assert_array_equal(loaded.images, images)
    np.testing.assert_array_equal(loaded.labels, labels)
    with pytest.raises(DataError, match="no IDX file of the train split"):
        load_pictures(tmp_path, 32)


@pytest.mark.parametrize(
    ("name", "first", "count", "last"),
    [("emnist-letters", 1, 26, "Z"), ("emnist-balanced", 0, 47, "t"), ("emnist-byclass", 0, 62, "z")],
)
def test_emnists_letters_stand_upright_and_have_their_names(tmp_path, capsys, name, first, count, last):
    images, labels = arrays(70, 28, ())[0], first + np.arange(70) % count
    write_idx(tmp_path / f"{name}-train-images-idx3-ubyte.gz", images.swapaxes(1, 2))
    write_idx(tmp_path / f"{name}-train-labels-idx1-ubyte.gz", labels)
    loaded = load_pictures(tmp_path)
    np.testing.assert_array_equal(loaded.images[..., 0], images)
    assert (len(loaded.classes), loaded.classes[-1]) == (count, last)
    assert "are stored on their side" in capsys.readouterr().out
    write_idx(tmp_path / "emnist-digits-train-images-idx3-ubyte", images)
    with pytest.raises(DataError, match=r"holds 2 sets of pictures: say which, such as .*emnist-"):
        load_pictures(tmp_path)
    assert load_pictures(tmp_path / name).classes == loaded.classes
