"""From a network to a file that can be trusted: written aside, read back, compared, put in place, described by a card.

A format is a `Format`: how it is written, how it is read back, and what is said about it.
"""

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib.export.card import describe
from ganlib.export.source import outputs_of, pick, probes
from ganlib.keras_files.errors import ExportError
from ganlib.paths import as_path
from ganlib.training.files import atomic_write, explain


def _network_outputs(source, inputs):
    return outputs_of(source.network, inputs)


class Format(NamedTuple):
    """One format of file.

    Attributes
    ----------
    title : str
        What people call it.
    suffix : str
        How its names end.
    write : callable
        `write(source, path)`.
    read : callable
        `read(source, path, inputs)` returns a list of output arrays, computed from what the file holds and nothing
        else; of a page, whose code only a browser runs, from its weights in a copy of the source's networks.
    lacks : str
        What the file does not hold, as it follows "Not in the file: ".
    use : str
        Lines of code that use the file; `{name}` is its name, between double quotes.
    language : str
        The language of these lines.
    expect : callable
        `expect(source, inputs)` returns what `read` should.
    note : callable
        `note(source)` returns sentences for the card, or "".
    tolerance : float
        By how much a file may differ from the network, if that is more than the source's own tolerance.
    """

    title: str
    suffix: str
    write: callable
    read: callable
    lacks: str
    use: str
    language: str
    expect: callable = _network_outputs
    note: callable = lambda source: ""
    tolerance: float = 0.0


def deliver(form, model, path, part=None, overwrite=False, sampling=None):
    """Export one network.

    Parameters
    ----------
    form : Format
    model : keras.Model
        A GAN, an autoencoder, a flow, or a network.
    path : str or Path
        Its name ends in the format's suffix.
    part, sampling
        See `pick`.
    overwrite : bool
        Whether what stands at `path` may be replaced.

    Returns
    -------
    pathlib.Path
        The file; its card is beside it.

    Raises
    ------
    ExportError
        The network cannot be written in this format, the path ends in another suffix or is taken, or the file does not
        give what the network gives.
    OSError
        The disk is full or may not be written to; there is no new file then.
    """
    path = check_target(path, form.suffix, overwrite)
    source = pick(model, part, sampling)
    with plain_disk_errors(path), tempfile.TemporaryDirectory(prefix="ganlib_export_") as folder:
        made = Path(folder) / f"export{form.suffix}"
        form.write(source, made)
        inputs = probes(source.network)
        read, expected = form.read(source, made, inputs), form.expect(source, inputs)
        difference = check_agreement(form.title, read, expected, max(form.tolerance, source.tolerance))
        content = made.read_bytes()
    place(path, content, describe(form, source, path.name, content, difference))
    print(f"{path}: the {source.part} for {form.title}, {write_size(len(content))}. Not in the file: {form.lacks}.")
    return path


def check_target(path, suffix, overwrite):
    """Return the path of a file that may be written; ExportError or OSError if it may not."""
    path = as_path(path)
    if path.suffix.lower() != suffix:
        raise ExportError(f"The name of the file must end in {suffix}, unlike {path.name!r}.")
    for taken in (path, card_path(path)):
        if _is_there(taken) and not overwrite:
            raise ExportError(
                f"{taken} is there already: choose another name, or say overwrite=True (--overwrite) to replace it."
            )
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):  # say so before anything is computed
        number = errno.EACCES if folder.is_dir() else errno.ENOTDIR
        raise OSError(number, f"{path} cannot be written: {explain(OSError(number, ''))}. Choose another place.")
    return path


def _is_there(path):
    try:
        return path.exists()
    except OSError as error:
        raise OSError(error.errno, f"{path!s:.200} cannot be written: {explain(error)}. Choose another.") from error


def card_path(path):
    """Return where the card of a file is."""
    return path.with_name(f"{path.name}.card.md")


def place(path, content, card):
    """Write a file and its card, both or none of them."""
    with atomic_write(path) as file, atomic_write(card_path(path)) as card_file:
        card_file.write(card.encode())
        file.write(content)
        for one in (file, card_file):  # both are on the disk before either gets its name
            one.flush()
            os.fsync(one.fileno())


def check_agreement(title, found, expected, tolerance):
    """Return by how much two lists of outputs differ; ExportError above the tolerance.

    An output's differences are divided by its largest number if that is above 1: a small sum of large terms carries
    their rounding (Goldberg 1991).
    """
    if [array.shape for array in found] != [array.shape for array in expected]:
        shapes = [[array.shape for array in arrays] for arrays in (found, expected)]
        raise ExportError(f"The file for {title} gives outputs of the shapes {shapes[0]} instead of {shapes[1]}.")
    differences = [float(np.abs(a - b).max() / max(1, np.abs(b).max())) for a, b in zip(found, expected, strict=True)]
    largest = float(np.max(differences))  # NaN if any of them is, which the max of Python may pass over
    if not largest <= tolerance:  # NaN is no agreement
        raise ExportError(
            f"The file for {title} was read back and differs from the network by {largest:.2g}, more than "
            f"{tolerance:g}, so it was not kept; train on, or export another part, if a weight is infinite or NaN."
        )
    return largest


@contextlib.contextmanager
def plain_disk_errors(path):
    """Say in one sentence that a disk is full; h5py hides the number of the error in its text."""
    try:
        yield
    except OSError as error:
        number = error.errno or next((n for n in (errno.ENOSPC, errno.EDQUOT) if f"errno = {n}" in str(error)), None)
        if number is None:
            raise
        reason = explain(OSError(number, error.strerror or str(error)))
        raise OSError(
            number, f"{path} could not be written: {reason}. Free some space or choose another place."
        ) from error


def write_size(count):
    """Write a number of bytes: 512 bytes, 12.0 kB, 5.9 MB."""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
