"""Promises of ganlib.data."""

import gzip
import io
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganlib import data

ROOT = Path(__file__).parents[1]


# Small look-alikes of MNIST


def small_set(n, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), rng.integers(0, 10, n).astype(np.uint8)


@pytest.fixture
def arrays():
    (x_train, y_train), (x_test, y_test) = small_set(40, 1), small_set(20, 2)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def write_npz(path, arrays):
    np.savez_compressed(path, **arrays)
    return path


IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def idx_content(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def write_idx(folder, arrays, packed=False, dotted=False):
    for key, name in IDX_NAMES.items():
        name = name.replace("-idx", ".idx") if dotted else name
        content = idx_content(arrays[key])
        path = folder / (name + ".gz" if packed else name)
        path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    return folder


def message_of(error):
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


# The shipped MNIST


def test_mnist_has_60000_pictures_for_training_and_10000_for_testing():
    for split, n in (("train", 60_000), ("test", 10_000)):
        images, labels = data.load_mnist(split)
        assert images.shape == (n, 28, 28, 1)
        assert labels.shape == (n,)
        assert images.dtype == labels.dtype == np.uint8
        assert (images.min(), images.max()) == (0, 255)
        assert sorted(set(labels.tolist())) == list(range(10))


def test_the_first_training_digit_is_the_well_known_five():
    images, labels = data.load_mnist(limit=1)
    assert labels[0] == 5
    assert images.sum() == 27525


def test_scaled_pictures_are_float32_from_minus_one_to_one_and_hold_the_same_digits():
    images, labels = data.load_mnist("test", limit=100)
    scaled, scaled_labels = data.load_mnist("test", limit=100, scaled=True)
    assert scaled.dtype == np.float32
    assert (scaled.min(), scaled.max()) == (-1.0, 1.0)
    np.testing.assert_array_equal(data.unscale_pixels(scaled), images)
    np.testing.assert_array_equal(scaled_labels, labels)


def test_a_choice_of_digits_keeps_those_in_their_order_and_the_limit_comes_after_it():
    images, labels = data.load_mnist("test")
    chosen, chosen_labels = data.load_mnist("test", digits=(7, 3), limit=50)
    expected = [i for i, label in enumerate(labels) if label in (3, 7)][:50]
    np.testing.assert_array_equal(chosen, images[expected])
    np.testing.assert_array_equal(chosen_labels, labels[expected])


@pytest.mark.parametrize("digits", [4, np.int64(4), [4], {4}, np.array([4]), range(4, 5)])
def test_digits_may_be_one_number_or_any_collection(digits):
    assert set(data.load_mnist("test", digits=digits)[1].tolist()) == {4}


@pytest.mark.parametrize("digits", [10, -1, 3.0, True, "3", [], [1, 11], [1, "2"], (2, None), "", np.array(3)])
def test_other_digits_are_refused(digits):
    with pytest.raises(ValueError, match="digits"):
        data.load_mnist("test", digits=digits)


@pytest.mark.parametrize("limit", [0, -5, True, False, 2.5, "10", np.nan])
def test_a_limit_that_is_no_positive_whole_number_is_refused(limit):
    with pytest.raises(ValueError, match="limit must be a whole number of at least 1"):
        data.load_mnist("test", limit=limit)


def test_a_limit_above_what_there_is_gives_what_there_is():
    assert len(data.load_mnist("test", limit=20_000)[0]) == 10_000


@pytest.mark.parametrize("split", ["validation", "Train", None, ["train"], np.array(["train", "test"])])
def test_an_unknown_split_is_refused(split):
    with pytest.raises(ValueError, match="'train', 'test'"):
        data.load_mnist(split)


def test_what_is_shared_between_calls_cannot_be_changed_by_accident():
    images, labels = data.load_mnist("test")
    for array in (images, labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


# Other data of the same shape


def test_fashion_like_npz_files_are_read_whole_and_by_split(tmp_path, arrays):
    path = write_npz(tmp_path / "fashion.npz", arrays)
    for split in ("train", "test"):
        for given in (path, str(path)):
            images, labels = data.load_mnist(split, path=given)
            np.testing.assert_array_equal(images[..., 0], arrays[f"x_{split}"])
            np.testing.assert_array_equal(labels, arrays[f"y_{split}"])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_idx_folders_are_read_raw_or_packed_under_both_spellings(tmp_path, arrays, packed, dotted):
    write_idx(tmp_path, arrays, packed, dotted)
    for split in ("train", "test"):
        images, labels = data.load_mnist(split, path=tmp_path)
        np.testing.assert_array_equal(images[..., 0], arrays[f"x_{split}"])
        np.testing.assert_array_equal(labels, arrays[f"y_{split}"])


def test_digits_limit_and_scaling_work_on_other_data_too(tmp_path, arrays):
    path = write_npz(tmp_path / "fashion.npz", arrays)
    digit = int(arrays["y_train"][5])
    images, labels = data.load_mnist(path=path, digits=digit, limit=1, scaled=True)
    first = arrays["x_train"][list(arrays["y_train"]).index(digit)]
    np.testing.assert_array_equal(data.unscale_pixels(images[0, :, :, 0]), first)
    assert labels.tolist() == [digit]


def test_digits_that_no_picture_has_are_refused(tmp_path, arrays):
    arrays["y_train"] = np.zeros(40, np.uint8)
    with pytest.raises(ValueError, match=r"No picture of the train split has a label in \[7\]"):
        data.load_mnist(path=write_npz(tmp_path / "zeros.npz", arrays), digits=7)


def test_whole_number_labels_of_another_type_become_uint8(tmp_path, arrays):
    arrays["y_train"] = arrays["y_train"].astype(np.int64)
    assert data.load_mnist(path=write_npz(tmp_path / "a.npz", arrays))[1].dtype == np.uint8


# A fault, the function that makes it, and a word that the complaint must hold.
SPOILT = {
    "float pictures": (lambda x, y: (x / 255.0, y), "float64"),
    "signed pictures": (lambda x, y: (x.astype(np.int64), y), "int64"),
    "flat pictures": (lambda x, y: (x.reshape(len(x), 784), y), "784"),
    "32 pixels": (lambda x, y: (np.zeros((len(x), 32, 32), np.uint8), y), "32, 32"),
    "no pictures": (lambda x, y: (x[:0], y[:0]), "at least 1"),
    "pictures of 0 and 1": (lambda x, y: (x // 128, y), "no pixel is above 1"),
    "a label too few": (lambda x, y: (x, y[:-1]), "one for each"),
    "labels as columns": (lambda x, y: (x, y[:, None]), "one for each"),
    "one-hot labels": (lambda x, y: (x, np.eye(10, dtype=np.uint8)[y]), "one for each"),
    "float labels": (lambda x, y: (x, y.astype(np.float32)), "float32"),
    "text labels": (lambda x, y: (x, y.astype(str)), "whole numbers"),
    "a label of 10": (lambda x, y: (x, np.append(y[:-1], 10)), "to 10"),
    "a label of -1": (lambda x, y: (x, np.append(y[:-1].astype(int), -1)), "from -1"),
}


@pytest.mark.parametrize("bad_split", ["train", "test"])
@pytest.mark.parametrize("name", SPOILT)
def test_a_fault_in_either_split_is_told_before_anything_is_returned(tmp_path, arrays, name, bad_split):
    change, word = SPOILT[name]
    x, y = f"x_{bad_split}", f"y_{bad_split}"
    arrays[x], arrays[y] = change(arrays[x], arrays[y])
    path = write_npz(tmp_path / "other.npz", arrays)
    for split in ("train", "test"):
        with pytest.raises(data.DataError) as error:
            data.load_mnist(split, path=path)
        text = message_of(error)
        assert "other.npz" in text
        assert f"{bad_split} split" in text
        assert word in text


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_a_missing_key_is_named(tmp_path, arrays, key):
    del arrays[key]
    with pytest.raises(data.DataError, match=rf"a\.npz lacks {key}\. It needs"):
        data.load_mnist(path=write_npz(tmp_path / "a.npz", arrays))


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickled_objects_are_refused_and_never_run(tmp_path, arrays):
    arrays["y_train"] = np.array([Trap(tmp_path / "sprung")] * 40, dtype=object)
    with pytest.raises(data.DataError, match=r"a\.npz cannot be read.*Python objects"):
        data.load_mnist(path=write_npz(tmp_path / "a.npz", arrays))
    assert not (tmp_path / "sprung").exists()


def test_a_missing_or_foreign_file_is_named(tmp_path):
    with pytest.raises(data.DataError, match=r"nothing\.npz does not exist"):
        data.load_mnist(path=tmp_path / "nothing.npz")
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(data.DataError, match=r"one\.npy is not an \.npz file"):
        data.load_mnist(path=tmp_path / "one.npy")


@pytest.mark.parametrize("path", [5, 5.0, True, b"mnist.npz", ["a"], "", "a\0b", object(), np.array("a")])
def test_a_path_that_is_no_name_is_refused(path):
    with pytest.raises(ValueError, match="path must be the name of a file or folder") as error:
        data.load_mnist(path=path)
    message_of(error)


@pytest.mark.parametrize("path", ["x" * 5000, "~nobody_of_that_name/x.npz", "nothing/at/all", Path("nothing.npz")])
def test_a_path_that_leads_nowhere_is_one_sentence(path):
    with pytest.raises(ValueError, match=r"does not exist|cannot be looked up|no such home folder") as error:
        data.load_mnist(path=path)
    message_of(error)


def test_what_is_neither_a_file_nor_a_folder_is_not_opened(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.npz")
    for path in (tmp_path / "pipe.npz", "/dev/zero"):
        with pytest.raises(data.DataError, match="neither a file nor a folder") as error:
            data.load_mnist(path=path)
        message_of(error)


def write_members(path, arrays, change, **how):
    """Write an .npz whose member x_train is what `change` makes of its bytes."""
    with zipfile.ZipFile(path, "w", **how) as file:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            file.writestr(f"{key}.npy", change(buffer.getvalue()) if key == "x_train" else buffer.getvalue())
    return path


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda content: b"\x80\x04N.", {}),  # a pickle
        (lambda content: b"", {}),
        (lambda content: content[:100], {}),
        (lambda content: content + b"more", {}),
        (lambda content: content.replace(b"NUMPY\x01", b"NUMPY\x03"), {}),
        (lambda content: content, {"compression": zipfile.ZIP_BZIP2}),
        (lambda content: content, {"compression": zipfile.ZIP_LZMA}),
    ],
)
def test_a_member_that_numpy_never_writes_is_one_clear_sentence(tmp_path, arrays, change, how):
    path = write_members(tmp_path / "odd.npz", arrays, change, **how)
    with pytest.raises(data.DataError, match=r"odd\.npz cannot be read") as error:
        data.load_mnist(path=path)
    message_of(error)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_a_truncated_npz_is_one_clear_sentence(tmp_path, arrays, share):
    path = write_npz(tmp_path / "cut.npz", arrays)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(data.DataError, match=r"cut\.npz") as error:
        data.load_mnist(path=path)
    message_of(error)


def test_a_changed_byte_in_an_npz_is_one_clear_sentence(tmp_path, arrays):
    path = write_npz(tmp_path / "changed.npz", arrays)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"changed\.npz cannot be read") as error:
        data.load_mnist(path=path)
    message_of(error)


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_is_read_whether_or_not_its_name_tells_that_it_is_packed(tmp_path, arrays, packed):
    write_idx(tmp_path, arrays, packed)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_suffix("") if packed else f"{path}.gz")
    for split in ("train", "test"):
        images, labels = data.load_mnist(split, path=tmp_path)
        np.testing.assert_array_equal(images[..., 0], arrays[f"x_{split}"])
        np.testing.assert_array_equal(labels, arrays[f"y_{split}"])


@pytest.mark.parametrize("name", IDX_NAMES.values())
def test_a_missing_idx_file_is_named(tmp_path, arrays, name):
    (write_idx(tmp_path, arrays) / name).unlink()
    with pytest.raises(data.DataError, match=f"lacks {name}") as error:
        data.load_mnist(path=tmp_path)
    message_of(error)


@pytest.mark.parametrize("name", IDX_NAMES.values())
@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_idx_file_is_named(tmp_path, arrays, name, packed):
    write_idx(tmp_path, arrays, packed)
    path = tmp_path / (name + ".gz" if packed else name)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(data.DataError, match=path.name) as error:
        data.load_mnist(path=tmp_path)
    message_of(error)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not an IDX file"),
        (bytes([0, 0, 8, 3, 0, 0]), "not an IDX file"),
        (idx_content(np.zeros(40, np.uint8)), "not an IDX file"),
        (bytes([0, 0, 13]) + idx_content(np.ones((40, 28, 28), np.uint8))[3:], "not an IDX file"),
        (idx_content(np.ones((40, 28, 28), np.uint8)) + b"more", "but holds"),
        (idx_content(np.full((40, 20, 20), 9, np.uint8)), "20, 20"),
        (idx_content(np.full((39, 28, 28), 9, np.uint8)), "one for each of the 39"),
    ],
)
def test_a_wrong_idx_header_is_told(tmp_path, arrays, content, word):
    write_idx(tmp_path, arrays)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(data.DataError, match=word) as error:
        data.load_mnist(path=tmp_path)
    message_of(error)


# Small files that unpack into large ones

LIMIT = 20e6  # bytes of memory; every file below unpacks into more


def refused_at_small_cost(path, word):
    tracemalloc.start()
    try:
        with pytest.raises(data.DataError, match=word) as error:
            data.load_mnist(path=path)
        assert tracemalloc.get_traced_memory()[1] < LIMIT
    finally:
        tracemalloc.stop()
    message_of(error)


@pytest.mark.parametrize("name", IDX_NAMES.values())
def test_of_a_packed_idx_file_no_more_is_read_than_its_header_announces(tmp_path, arrays, name):
    write_idx(tmp_path, arrays, packed=True)
    path = tmp_path / f"{name}.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + bytes(50_000_000)))
    refused_at_small_cost(tmp_path, "but holds more")


@pytest.mark.parametrize("key", ["x_train", "x_test"])
@pytest.mark.parametrize("n", [60_000, 10**6, 2**31])
def test_an_idx_folder_that_announces_more_than_there_are_labels_or_than_is_read_is_not_unpacked(
    tmp_path, arrays, key, n
):
    write_idx(tmp_path, arrays, packed=True)
    path = tmp_path / f"{IDX_NAMES[key]}.gz"
    header = bytes([0, 0, 8, 3]) + b"".join(size.to_bytes(4, "big") for size in (n, 28, 28))
    path.write_bytes(gzip.compress(header + bytes(50_000_000)))
    refused_at_small_cost(tmp_path, f"one for each of the {n:,}")


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_an_npz_whose_arrays_do_not_belong_together_is_not_unpacked(tmp_path, arrays, key):
    arrays[key] = np.zeros((50_000_000 // arrays[key][0].size, *arrays[key].shape[1:]), np.uint8)
    refused_at_small_cost(write_npz(tmp_path / "bomb.npz", arrays), "one for each of the")


@pytest.mark.parametrize("packed", ["npz", "idx"])
def test_more_pictures_than_fit_into_memory_are_refused_before_they_are_unpacked(tmp_path, arrays, packed, monkeypatch):
    monkeypatch.setattr(data.mnist, "MOST_PICTURES", 40_000)
    arrays["x_test"], arrays["y_test"] = np.ones((40_001, 28, 28), np.uint8), np.zeros(40_001, np.uint8)
    path = write_npz(tmp_path / "bomb.npz", arrays) if packed == "npz" else write_idx(tmp_path, arrays, packed=True)
    refused_at_small_cost(path, "40,001 pictures are too many: at most 40,000 are read")


def test_an_npz_that_hides_a_large_header_or_tail_is_not_unpacked(tmp_path, arrays):
    for change in (lambda content: content + bytes(50_000_000), lambda content: bytes(50_000_000)):
        path = write_members(tmp_path / "bomb.npz", arrays, change, compression=zipfile.ZIP_DEFLATED)
        refused_at_small_cost(path, r"bomb\.npz cannot be read")


# E-mails


def test_spambase_has_4601_mails_of_which_1813_are_spam():
    mails = data.load_spambase()
    assert mails.features.shape == (4601, 57)
    assert mails.features.dtype == np.float64
    assert np.isfinite(mails.features).all()
    assert mails.is_spam.dtype == np.uint8
    assert np.bincount(mails.is_spam).tolist() == [2788, 1813]
    assert len(mails.names) == len(set(mails.names)) == 57
    assert (mails.names[0], mails.names[-1]) == ("word_freq_make", "capital_run_length_total")


def test_the_word_george_tells_wanted_mail_of_that_mailbox():
    features, is_spam, names = data.load_spambase()
    george = features[:, names.index("word_freq_george")]
    assert george[is_spam == 0].mean() > 100 * george[is_spam == 1].mean()


# Damage to the shipped files


@pytest.fixture
def installed_copy(tmp_path):
    """The layout of an installed package: ganlib/data with the assets inside ganlib."""
    package = tmp_path / "site" / "ganlib"
    package.mkdir(parents=True)
    for name in ("__init__.py", "arguments.py", "paths.py", "wording.py"):
        shutil.copy(ROOT / "ganlib" / name, package / name)
    shutil.copytree(ROOT / "ganlib" / "data", package / "data")
    shutil.copytree(ROOT / "assets" / "data", package / "assets" / "data")
    return package


def in_copy(package, code):
    """Run code against the copied package, in a process of its own, and return what it prints."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(package.parent)!r})\n{code}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=package)
    assert result.returncode == 0, result.stderr
    return result.stdout


REPORT = """
from ganlib import data
for load in (data.load_mnist, data.load_spambase):
    try:
        print(len(load()[0]))
    except data.DataError as error:
        print(error)
for name, problem in data.verify():
    print(name, problem)
"""


def test_an_installed_package_finds_its_own_data(installed_copy):
    assert in_copy(installed_copy, REPORT).splitlines() == [
        "60000",
        "4601",
        "mnist.npz None",
        "spambase.csv.gz None",
    ]


@pytest.mark.parametrize("damage", ["cut", "changed", "missing"])
@pytest.mark.parametrize("name", ["mnist.npz", "spambase.csv.gz"])
def test_a_damaged_shipped_file_is_named_and_the_other_still_works(installed_copy, name, damage):
    path = installed_copy / "assets" / "data" / name
    content = bytearray(path.read_bytes())
    if damage == "changed":
        content[len(content) // 2] ^= 1
    path.unlink() if damage == "missing" else path.write_bytes(content[: -7 if damage == "cut" else None])
    mnist, mails, *verified = in_copy(installed_copy, REPORT).splitlines()
    bad, good = (mnist, mails) if name == "mnist.npz" else (mails, mnist)
    assert good in ("60000", "4601")
    assert name in bad
    assert f"git checkout -- assets/data/{name}" in bad
    assert f"{name} {bad}" in verified
    assert sum(line.endswith(" None") for line in verified) == 1


def test_data_needs_no_tensorflow():
    code = "import ganlib.data, sys; assert 'tensorflow' not in sys.modules and 'PIL' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# Pictures


def test_all_256_grey_values_survive_scaling_and_unscaling_exactly():
    grey = np.arange(256, dtype=np.uint8)
    scaled = data.scale_pixels(grey)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, ((np.arange(256) - 127.5) / 127.5).astype(np.float32))
    np.testing.assert_array_equal(data.unscale_pixels(scaled), grey)
    np.testing.assert_array_equal(data.unscale_pixels(scaled.astype(np.float64)), grey)


def test_unscaling_rounds_to_the_nearest_grey_and_clips():
    values = np.array([-1.5, -1.0, 0.2 / 127.5 - 0.5 / 127.5, 0.9999, 7.0], np.float32)
    assert data.unscale_pixels(values).tolist() == [0, 0, 127, 255, 255]


def test_scaling_refuses_what_is_no_byte():
    with pytest.raises(ValueError, match="uint8"):
        data.scale_pixels(np.zeros((2, 28, 28, 1), np.float32))


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 28, 28, 1), (2, 5, 7, 1)])
def test_pictures_become_float32_with_four_axes(shape):
    as_floats = data.as_pictures(np.full(shape, 255, np.uint8))
    assert as_floats.shape == (*shape, 1)[:4]
    assert as_floats.dtype == np.float32
    assert (as_floats == 1).all()
    assert (data.as_bytes(np.full(shape, -1.0)) == 0).all()
    assert (data.as_bytes(np.zeros(shape, np.float16)) == 128).all()


@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_any_floats_within_the_range_are_pictures(low):
    images = np.linspace(low, 1, 784).reshape(1, 28, 28, 1)
    np.testing.assert_array_equal(data.as_pictures(images), images.astype(np.float32))


@pytest.mark.parametrize(
    ("images", "word"),
    [
        (np.full((1, 28, 28, 1), np.nan), "between -1 and 1"),
        (np.where(np.arange(784) == 5, np.nan, 0).reshape(1, 28, 28, 1), "NaN"),
        (np.full((1, 28, 28, 1), 255.0), "from 255 to 255"),
        (np.full((1, 28, 28, 1), 255.0), r"images / 127\.5 - 1"),
        (np.full((1, 28, 28, 1), 300.0), "Scale them first"),
        (np.full((1, 28, 28, 1), -1.1), "between -1 and 1"),
        (np.full((1, 28, 28, 1), np.inf), "between -1 and 1"),
        (np.zeros((1, 28, 28, 1), np.int64), "not int64"),
        (np.zeros((1, 28, 28, 1), bool), "not bool"),
        (np.zeros((28, 28), np.uint8), "shape"),
        (np.zeros((28, 28, 1), np.uint8), "leading axis"),
        (np.zeros((5, 784), np.uint8), "shape"),
        (np.zeros((2, 28, 28, 2), np.uint8), "shape"),
        (np.zeros((0, 28, 28, 1), np.uint8), "shape"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(images, word):
    for convert in (data.as_pictures, data.as_bytes):
        with pytest.raises(ValueError, match=word) as error:
            convert(images)
        message_of(error)


# What a float picture may run from and to


REAL = data.load_mnist("test", limit=300)[0]
NOISE = np.random.default_rng(0)
GREY = (200, 28, 28, 1)
ZERO_TO_ONE = {
    "bytes over 255": REAL / 255,
    "in 32 bits": (REAL / 255).astype(np.float32),
    "in 16 bits": (REAL / 255).astype(np.float16),
    "over 256": REAL / 256,
    "a single one": REAL[:1] / 255,
    "rounded below 0": REAL / 255 - 1e-7,
    "black and white": (REAL > 127).astype(np.float32),
    "dark on bright": 1 - REAL / 255,
    "black on white": (REAL <= 127).astype(np.float32),
    "at half size": REAL.reshape(300, 14, 2, 14, 2, 1).mean(axis=(2, 4)) / 255,
    "without paper": NOISE.integers(0, 256, GREY) / 255,
    "out of a sigmoid": 1 / (1 + np.exp(6 - REAL / 21 + NOISE.normal(0, 0.5, REAL.shape))),
    "drawn by hand": np.pad(np.ones((1, 8, 8, 1)), ((0, 0), (10, 10), (10, 10), (0, 0))),
    "with empty ones": np.concatenate([np.zeros((9, 28, 28, 1)), REAL / 255]),
}
FAILING = {
    "nothing but grey": np.zeros(GREY),
    "nothing but white": np.ones(GREY),
    "a little brighter than grey": np.full(GREY, 0.1),
    "a whole 255th": np.full(GREY, 0.2),
    "one grey each": np.broadcast_to(np.linspace(0, 1, 256)[:, None, None, None], (256, 28, 28, 1)),
    "grey ones and white ones": np.concatenate([np.zeros(GREY), np.ones(GREY)]),
    "bright noise": NOISE.random(GREY),
    "bright noise in 16 bits": NOISE.random(GREY).astype(np.float16),
    "noise around grey, bright side": np.abs(NOISE.normal(0, 0.1, GREY)).clip(0, 1),
    "noise on grey": NOISE.exponential(0.05, GREY).clip(0, 1),
    "saturated noise": np.tanh(np.abs(NOISE.normal(0, 5, GREY))),
    "small noise": np.tanh(NOISE.normal(0, 0.1, GREY)),
    "bright bytes": data.scale_pixels(NOISE.integers(128, 256, GREY).astype(np.uint8)),
    "white on grey": data.scale_pixels(np.where(REAL > 127, 255, 128).astype(np.uint8)),
}


@pytest.mark.parametrize("images", ZERO_TO_ONE.values(), ids=ZERO_TO_ONE)
def test_pictures_from_0_to_1_are_recognised_and_the_sentence_scales_them(images):
    for convert in (data.check_pictures, data.as_pictures, data.as_bytes):
        with pytest.raises(ValueError, match=r"as if 0 were black.*2 \* images - 1") as error:
            convert(images)
        message_of(error)
    data.check_pictures(2 * np.clip(images, 0, 1) - 1)


@pytest.mark.parametrize("images", ZERO_TO_ONE.values(), ids=ZERO_TO_ONE)
def test_pictures_from_minus_a_half_to_a_half_are_recognised_too(images):
    for convert in (data.check_pictures, data.as_pictures, data.as_bytes):
        with pytest.raises(ValueError, match=r"as if -0\.5 were black.*Scale them with 2 \* images\.") as error:
            convert(images - np.float32(0.5))
        message_of(error)


FAILING |= {
    f"{name}, half as wide and darker": images - np.float32(0.5) for name, images in list(FAILING.items())[5:10]
}
FAILING |= {"a weak generator": np.tanh(NOISE.normal(-0.3, 0.05, GREY)), "one step from grey": np.full(GREY, -0.5)}


@pytest.mark.parametrize("images", FAILING.values(), ids=FAILING)
def test_what_a_failing_gan_makes_is_never_taken_for_another_range(images):
    for few in (images, images[:1], images[-25:]):
        assert data.check_pictures(few) is few


def test_pictures_and_labels_together_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"load_mnist\(\) returns two.*take the first") as error:
        data.check_pictures(data.load_mnist("test", limit=5))
    message_of(error)


def test_tiles_lie_row_by_row_with_grey_between_them_and_nothing_around():
    images = np.stack([np.full((2, 3, 1), 10 * i, np.uint8) for i in range(5)])
    g = data.GAP_GREY
    expected = [
        [0, 0, 0, g, 10, 10, 10, g, 20, 20, 20],
        [0, 0, 0, g, 10, 10, 10, g, 20, 20, 20],
        [g] * 11,
        [30, 30, 30, g, 40, 40, 40, g, g, g, g],
        [30, 30, 30, g, 40, 40, 40, g, g, g, g],
    ]
    assert data.tile(images, 2, 3, gap=1).tolist() == expected


def test_tiles_without_a_gap_touch_and_keep_every_pixel():
    images, _ = data.load_mnist("test", limit=25)
    grid = data.tile(images, 5, 5, gap=0)
    assert grid.shape == (140, 140)
    for i, image in enumerate(images):
        row, column = divmod(i, 5)
        np.testing.assert_array_equal(grid[28 * row :, 28 * column :][:28, :28], image[..., 0])


def test_a_grid_of_floats_equals_the_grid_of_their_bytes():
    images, _ = data.load_mnist("test", limit=25)
    np.testing.assert_array_equal(data.tile(data.scale_pixels(images), 5, 5), data.tile(images, 5, 5))
    assert data.tile(images, 5, 5).shape == (148, 148)


@pytest.mark.parametrize(("rows", "columns", "gap"), [(0, 5, 2), (5, 2.5, 2), (5, 5, -1), (True, 5, 0), (2, 2, 0)])
def test_an_impossible_grid_is_refused(rows, columns, gap):
    with pytest.raises(ValueError, match=r"must be a whole number|do not fit"):
        data.tile(np.zeros((5, 28, 28), np.uint8), rows, columns, gap)


@pytest.mark.parametrize("shape", [(148, 148), (3, 5), (4, 6, 3)])
def test_a_png_gives_back_the_very_pixels(shape):
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data.png_bytes(picture)))), picture)


@pytest.mark.parametrize("picture", [np.zeros((4, 4)), np.zeros((2, 4, 4, 1), np.uint8), np.zeros(4, np.uint8)])
def test_a_png_of_something_else_is_refused(picture):
    with pytest.raises(ValueError, match="uint8 of shape"):
        data.png_bytes(picture)


# Points in the plane


@pytest.mark.parametrize("kind", ["line", "ring", "two_blobs", "three_clusters"])
def test_toy_points_fill_the_square_and_repeat_themselves(kind):
    points = data.toy_points(kind, 2000, seed=3)
    assert points.shape == (2000, 2)
    assert points.dtype == np.float32
    assert 0.7 < np.abs(points).max() <= 1
    assert (points.std(axis=0) > 0.2).all()
    np.testing.assert_array_equal(points, data.toy_points(kind, 2000, seed=3))
    assert not np.array_equal(points, data.toy_points(kind, 2000, seed=4))
    np.testing.assert_array_equal(data.check_points(points), points)


def test_toy_kinds_have_the_shapes_that_their_names_say():
    line, ring, blobs, clusters = (data.toy_points(kind, 2000) for kind in data.TOY_KINDS)
    assert np.corrcoef(line.T)[0, 1] > 0.99
    radius = np.hypot(*ring.T)
    assert radius.min() > 0.5
    assert radius.std() < 0.05
    which = np.where(clusters[:, 1] > 0, 2, clusters[:, 0] > 0)
    assert (np.bincount(which) > 500).all()
    assert all(clusters[which == k].std(axis=0).max() < 0.08 for k in range(3))
    side = blobs @ [0.45, 0.3] > 0
    assert 0.45 < side.mean() < 0.55
    assert np.linalg.norm(blobs[side].mean(0) - blobs[~side].mean(0)) > 5 * blobs[side].std(0).max()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("square", 10), "kind"),
        ((["ring"], 10), "kind"),
        (("ring", 0), "n must"),
        (("ring", 5.5), "n must"),
        (("ring", 5, None), "seed must"),
    ],
)
def test_other_toys_are_refused(arguments, word):
    with pytest.raises(ValueError, match=word):
        data.toy_points(*arguments)


def test_drawn_points_may_be_a_list_of_pairs():
    drawn = [(i / 10, -i / 10) for i in range(10)]
    assert data.check_points(drawn).shape == (10, 2)


GOOD = [(0.1 * i, 0.0) for i in range(10)]


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (GOOD[:9], "At least 10 points"),
        ([], "At least 10 points"),
        (np.zeros((10, 3)), r"\(10, 3\)"),
        ([*GOOD, (1.2, 0.5)], r"1 of 11 points .* \(1.2, 0.5\)"),
        ([*GOOD, (np.nan, 0.5)], "1 of 11"),
        ([*GOOD, (np.inf, 0)], "1 of 11"),
        ([*GOOD, (1, 2, 3)], "pairs of numbers"),
        ([("a", "b")] * 10, "pairs of numbers"),
        (None, "pairs of numbers|At least"),
    ],
)
def test_other_drawn_points_are_refused(points, word):
    with pytest.raises(ValueError, match=word):
        data.check_points(points)
