"""The plane in one page: lesson 05's game as an HTML file that trains in any browser, without Python or a network.

The page's own code is in assets/plane: plain JavaScript on typed arrays. It draws the same random numbers as
TensorFlow, so that a seed, points and a session play the same game in both.
"""

import base64
import json

import numpy as np

from ganlib.data import TOY_KINDS, asset, toy_points
from ganlib.export.delivery import check_target, plain_disk_errors, write_size
from ganlib.training import atomic_write

SCRIPTS = ("game", "view", "session", "situations", "page")
POINTS = 2000  # of each data set
UNIT = 2**23 - 1  # a number from -1 to 1 is kept as a whole one of 24 bits, from 0 to twice this


def plane_page(path, *, overwrite=False):
    """Write the page.

    Parameters
    ----------
    path : str or Path
        A name that ends in `.html`.
    overwrite : bool
        Whether what stands at `path` may be replaced.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        The name does not end in `.html`, or the file is there already.
    OSError
        The file cannot be written; there is no new file then.
    """
    path = check_target(path, ".html", overwrite)
    content = page_text().encode()
    with plain_disk_errors(path), atomic_write(path) as file:
        file.write(content)
    print(f"{path}: the plane in one page, {write_size(len(content))}. Open it in a browser.")
    return path


def page_text():
    """Return the page as text."""

    def part(name):
        return asset(f"plane/{name}").read_text(encoding="utf-8").strip()

    filled = {
        "STYLE": part("style.css"),
        "POINTS": json.dumps({kind: pack(toy_points(kind, POINTS)) for kind in TOY_KINDS}),
        "SCRIPT": "\n\n".join(part(f"{name}.js") for name in SCRIPTS),
    }
    page = asset("plane/page.html").read_text(encoding="utf-8")
    for name, text in filled.items():
        page = page.replace(f"__{name}__", text)
    return page


def pack(points):
    """Pack points (n, 2) in [-1, 1] into text: whole numbers of 24 bits, the lowest byte first, in base64."""
    whole = np.round((points.astype(np.float64) + 1) * UNIT).astype("<u4").reshape(-1, 1)
    return base64.b64encode(whole.view(np.uint8)[:, :3].tobytes()).decode()
