"""The live lab as a page of its own, for a projector or a room of tablets: Voilà serves cells of lesson 10.

Every visitor has a kernel of their own, and so a GAN of their own. Nothing else on the computer can be reached: no code
cell, no file, no terminal; Voilà's kernels take no code from the page, only what its controls say.
"""

import logging
import re
import secrets
import socket
import tempfile
import webbrowser
from html import escape
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import nbformat
from tornado.ioloop import PeriodicCallback
from tornado.routing import Matcher, Rule
from tornado.web import ErrorHandler, HTTPError, authenticated
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from ganlib.arguments import Number, Whole
from ganlib.paths import as_path

TAG = "page"  # of the lesson's cells that make the page
QUIET = "page-quiet"  # of those whose output is not shown
FOLLOW = "%%capture\nfrom ganlib.lab.links import follow\n\nfollow(lab)"
HERE = "127.0.0.1"
EVERYWHERE = "0.0.0.0", "::"
PORT = 8866
LONGEST_IDLE = 60 * 24 * 365  # minutes
MISSED = 30  # seconds between two looks for visitors who have vanished
VISITORS = 8
IDLE_MINUTES = 20
WELCOME = """# The live lab

Two networks play against each other: the generator **G** draws digits, the discriminator **D** says which are real.
Press **Play**, then move the sliders and watch who wins. Only you can see what you do here, and it is gone when you
close the page.
"""
# Voilà's template asks a server far away for icons that the page does not use; without a network it waits for them.
ELSEWHERE = re.compile(r'<link rel="stylesheet" href="https://[^>]*>')
FULL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The lab is full</title>
<style>body {{font: 1em/1.5 sans-serif; max-width: 40em; margin: 15vh auto; padding: 0 1em}}</style></head>
<body><main><h1>The lab is full</h1>
<p>{visitors} of {visitors} places are taken. A place becomes free when somebody closes the page, or has not touched
it for {minutes:g} minutes.</p><p><a href="{again}">Try again</a></p></main></body></html>
"""


def page_of(lesson):
    """Make the notebook that is served, from those cells of the lesson that have the tag `page` or `page-quiet`.

    Parameters
    ----------
    lesson : nbformat.NotebookNode

    Returns
    -------
    nbformat.NotebookNode
        A welcome; the code cells tagged `page`, each under the heading of its section, and those tagged `page-quiet`,
        whose output is hidden; and a cell that lets the lab follow the link by which a visitor came.
    """
    cells, heading = [nbformat.v4.new_markdown_cell(WELCOME)], ""
    for cell in lesson.cells:
        tags = cell.metadata.get("tags", ())
        if cell.cell_type == "markdown":
            heading = next((line for line in cell.source.splitlines() if line.startswith("## ")), heading)
        elif QUIET in tags:
            cells.append(nbformat.v4.new_code_cell(f"%%capture\n{cell.source}"))
        elif TAG in tags:
            cells += [nbformat.v4.new_markdown_cell(heading), nbformat.v4.new_code_cell(cell.source)]
    cells.append(nbformat.v4.new_code_cell(FOLLOW))
    return nbformat.v4.new_notebook(cells=cells, metadata=lesson.metadata)


class Visit(TornadoVoilaHandler):
    """Gives a visitor the page, and with it a kernel, if there is a place."""

    @authenticated
    async def get(self, path=None):
        """Start a kernel and send what its cells show, or say that the lab is full."""
        if path:
            raise HTTPError(404)
        page = self.settings["voila"]
        if len(self.kernel_manager.list_kernel_ids()) + page.arriving >= page.visitors:
            self.set_status(503)
            self.finish(FULL.format(visitors=page.visitors, minutes=page.minutes, again=escape(self.base_url)))
            return
        page.arriving += 1  # until the kernel is in the manager's list
        waits = True
        try:
            async for html in self.get_generator():
                if waits:
                    page.arriving, waits = page.arriving - 1, False
                self.write(ELSEWHERE.sub("", html))
                self.flush()
        finally:
            page.arriving -= waits


class Foreign(Matcher):
    """Matches requests to a host that is not ours, whatever they ask for: pages, sockets, kernels, files.

    A web page elsewhere can make its own name lead to this computer (DNS rebinding), and a visitor's browser would then
    take the two for one page. But the browser still asks under that page's own name, which gives it away.

    Parameters
    ----------
    page : LabPage
    """

    def __init__(self, page):
        self._page = page

    def match(self, request):
        """Return {} if the request is to be refused, else None."""
        return None if self._page.serves(request.host) else {}


class Refused(ErrorHandler):
    """Says why a request to a foreign host is refused."""

    def initialize(self):
        """Refuse with 403."""
        super().initialize(403)

    def write_error(self, status_code, **_):
        """Answer in a sentence."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("This page is not served under that name: open the address that was printed when it started.\n")


class LabPage(Voila):
    """Voilà with a limited number of visitors.

    Attributes
    ----------
    visitors : int
    minutes : float
        Minutes without a touch after which a visitor's kernel is ended.
    arriving : int
        Visitors whose kernel is about to start.
    shows : bool
        Whether a browser is opened.
    here, missing : set of str
        The kernels that had a visitor at the last look, and those that had lost theirs since the one before.
    """

    visitors, minutes, arriving, shows = VISITORS, IDLE_MINUTES, 0, True
    here = missing = frozenset()

    def launch_browser(self):
        """Say where the page is, now that its port is known, and open it if `shows` says so."""
        print(f"The lab is at {self.address}\nCtrl-C ends it.", flush=True)
        if self.shows:
            webbrowser.open(self.address)

    @property
    def host(self):
        """The name or address that the page is announced under."""
        return _outside() if self.ip in EVERYWHERE else self.ip

    @property
    def address(self):
        """What visitors type, with the token."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/" + (f"?token={quote(self.token, safe='')}" if self.token else "")

    def serves(self, host):
        """Tell whether a browser that asks for this host, with or without a port, means this page.

        A page for this computer only is asked for by its loopback address. One for a room is asked for by the name it
        is announced under, by this computer's name, or by any address: an outsider can only make names lead here.
        """
        host = re.sub(r":\d*$", "", host.lower()).removeprefix("[").removesuffix("]")
        if is_local(host):
            return True
        if is_local(self.ip):
            return False
        name = socket.gethostname().lower()
        return host in (self.host.lower(), name, f"{name}.local") or _is_address(host)

    def listen(self):
        """Refuse foreign hosts before anything else, begin to look for visitors who vanish, then listen."""
        self.app.default_router.rules.insert(0, Rule(Foreign(self), Refused))
        PeriodicCallback(self.pause_deserted, 1000 * MISSED).start()
        super().listen()

    async def pause_deserted(self):
        """Interrupt each kernel whose visitor has been missing for two looks in a row: its lab pauses, and is idle.

        A page that is closed ends its kernel by itself. A browser that crashed or lost the network can't, but may come
        back. A kernel that has not had its visitor yet is left alone: its cells are still being run.
        """
        manager, alive = self.kernel_manager, set(self.kernel_manager.list_kernel_ids())
        here = {kernel for kernel in alive if manager.kernel_model(kernel)["connections"]}
        deserted, self.missing, self.here = (self.missing & alive) - here, self.here - here, here
        for kernel in deserted:
            await manager.interrupt_kernel(kernel)

    def init_handlers(self):
        """Put the limit before Voilà's own handler."""
        own = {TornadoVoilaHandler: Visit}
        return [(pattern, own.get(kind, kind), *rest) for pattern, kind, *rest in super().init_handlers()]


def configuration(minutes, token):
    """Return Voilà's settings: no file is served, no address may change them, and idle kernels are ended.

    Parameters
    ----------
    minutes : float
        Time after which a kernel that nobody touches and that does not train is ended, its page open or not.
    token : str
        What a visitor has to know; empty if nothing.
    """
    minutes = Number("idle", 0, LONGEST_IDLE)(minutes)
    settings = Config()
    settings.Voila.log_level = logging.WARNING
    settings.Voila.token = token
    settings.VoilaConfiguration.file_allowlist = []
    settings.VoilaConfiguration.allow_template_override = "NO"
    settings.VoilaConfiguration.allow_theme_override = "NO"
    settings.VoilaConfiguration.show_margins = True
    settings.MappingKernelManager.cull_idle_timeout = max(1, round(60 * minutes))
    settings.MappingKernelManager.cull_interval = max(1, min(60, round(15 * minutes)))
    settings.MappingKernelManager.cull_connected = True
    return settings


def serve(lesson, *, ip=HERE, port=PORT, token=None, visitors=VISITORS, idle=IDLE_MINUTES, browser=True):
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    lesson : Path
        The notebook of lesson 10.
    ip : str
        The address to listen on; one that other computers can reach asks for a token.
    port : int
        Where to listen, 1 to 65535; the next free one if it is taken.
    token : str or None
        What visitors have to know; None: a new one, if other computers can reach the page.
    visitors : int
        How many at a time; each takes a kernel with TensorFlow, about 1.2 GB of memory once it trains.
    idle : float
        Minutes, as in `configuration`.
    browser : bool
        Whether to open a browser.

    Raises
    ------
    ValueError
        An argument does not fit.
    OSError
        The address is not one of this computer's.
    SystemExit
        No port is free.
    """
    port, visitors = Whole("port", 1, 65535)(port), Whole("visitors", 1)(visitors)
    if not isinstance(ip, str) or not ip.strip():
        raise ValueError(f"ip must be an address such as {HERE}, or {EVERYWHERE[0]} for all computers, not {ip!r}.")
    if token is not None and not isinstance(token, str):
        raise ValueError(f"token must be text, not {token!r}.")
    if not token:
        token = "" if is_local(ip) else secrets.token_hex(6)
    settings, cells = configuration(idle, token), page_of(_notebook(as_path(lesson, "lesson")))
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "The live lab.ipynb"
        nbformat.write(cells, notebook)
        page = LabPage(config=settings)
        page.visitors, page.minutes, page.shows = visitors, idle, browser
        page.ip, page.port, page.notebook_path, page.root_dir = ip, port, str(notebook), folder
        page.initialize([])
        page.start()


def _notebook(path):
    """Read a notebook; ValueError if there is none."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat, JSON and the disk have several kinds of error each
        raise ValueError(f"{path} is not a notebook that can be read: give that of lesson 10.") from error


def is_local(ip):
    """Tell whether only this computer reaches an address."""
    return ip_address(ip).is_loopback if _is_address(ip) else ip == "localhost"


def _is_address(host):
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _outside():
    """Return the address by which other computers reach this one, or its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which of our addresses would be used
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()
