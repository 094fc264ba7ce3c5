"""Running Sphinx so that a fault of a page is an error and not a line that nobody reads."""

import copy
import io

from ganlib.data import asset

STATIC = [str(asset("pages/book.css").parent)]  # what pages of all kinds load


class BookError(ValueError):
    """The book cannot be built; the message says why."""


def run_sphinx(source, out, doctrees, builder, config):
    """Build pages with Sphinx.

    Parameters
    ----------
    source, out, doctrees : Path
        Folders: of the sources, for the pages, for what Sphinx keeps.
    builder : str
        "html" or "revealjs".
    config : dict
        What else stands in a `conf.py`.

    Raises
    ------
    BookError
        Sphinx warned of something, such as a link that leads nowhere.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    warnings = io.StringIO()
    with docutils_namespace():
        overrides = copy.deepcopy(config)  # extensions write into it
        app = Sphinx(source, None, out, doctrees, builder, overrides, status=None, warning=warnings, freshenv=True)
        app.build(force_all=True)
    if found := warnings.getvalue().strip():
        raise BookError(f"The book has faults:\n{found}".replace(str(source), ""))
