"""Links to the served lab: what a leader writes after its address, and how a visitor's lab follows it.

A link can open a session and show only some of the controls. It is text from outside, so it is read as carefully as a
session's file, and what does not fit is refused in a sentence on the page.
"""

import base64
import binascii
import os
from urllib.parse import parse_qs, quote, urlsplit

from ganlib.lab.session import LARGEST, Session, check_session
from ganlib.wording import write

LONGEST = 4 * LARGEST  # characters after the question mark; a session has some 600
MOST_PARTS = 10


def link(address, session=None, controls=()):
    """Return the address of a served lab with a session that it opens, and the controls that it shows.

    Parameters
    ----------
    address : str
        What `python -m ganlib lab --app` printed, with its token if it has one.
    session : Session or None
    controls : str or iterable of str
        Names of live values, such as "d_learning_rate"; all controls if empty. Hidden controls are out of the way, but
        not out of reach of somebody who looks for them.

    Raises
    ------
    ValueError
        The address is not that of a web page, the session is none, or the controls are no names.
    """
    if not isinstance(address, str) or urlsplit(address).scheme not in ("http", "https"):
        raise ValueError(f"address must be that of the served lab, http://..., not {write(address)}.")
    parts = []
    if session is not None:
        parts.append(f"session={base64.urlsafe_b64encode(check_session(session).content()).decode().rstrip('=')}")
    try:
        names = ",".join([controls] if isinstance(controls, str) else controls or ())
    except TypeError as error:
        raise ValueError(f"controls must be names, such as ['d_learning_rate'], not {write(controls)}.") from error
    if names:
        parts.append(f"controls={quote(names)}")
    if not parts:
        return address
    return address + ("&" if urlsplit(address).query else "?") + "&".join(parts)


def follow(lab, query=None):
    """Let a lab do what the link says that brought a visitor; if it does not fit, a sentence on the page says why.

    Parameters
    ----------
    lab : LiveLab
    query : str or None
        What stands after the question mark; None: what the server of the page tells its kernel.
    """
    try:
        session, controls = _read(os.environ.get("QUERY_STRING", "") if query is None else query)
        if controls:
            lab.show_only(controls)
        if session is not None:
            lab.open(session)
    except ValueError as error:
        lab.complain(f"This link could not be followed. {error}")


def _read(query):
    """Return the session and the names of controls that a link holds; None and an empty list where it holds none."""
    if len(query) > LONGEST:
        raise ValueError(f"It has more than {LONGEST:,} characters, which no session needs.")
    if query.count("&") >= MOST_PARTS:
        raise ValueError(f"It has more than {MOST_PARTS} parts.")
    told = parse_qs(query)
    controls = [name for name in told.get("controls", [""])[0].split(",") if name]
    if "session" not in told:
        return None, controls
    text = told["session"][0]
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("Its session is damaged: copy the whole link.") from error
    return Session.read(content), controls
