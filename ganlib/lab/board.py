"""What pages and Python say to each other: a page asks, Python checks, does, and answers in a sentence."""

import functools

import anywidget
import ipywidgets
import traitlets


class Board(anywidget.AnyWidget):
    """What is seen on a page. Pages send messages; a value that a page sets is ignored, since pages only show it.

    Attributes
    ----------
    about : dict
        What the page has to know, once.
    """

    about = traitlets.Dict().tag(sync=True)

    def set_state(self, sync_data):
        """Leave everything as it is."""

    def serve(self, obey):
        """Do what pages ask for, and answer each message; whatever goes wrong is said there, in a sentence.

        Parameters
        ----------
        obey : callable
            Takes a message, a dict of anything at all. It returns the answer, a dict, or raises ValueError or OSError
            with a sentence.
        """
        self.on_msg(functools.partial(self._hear, obey))

    def _hear(self, obey, _, content, buffers):
        answer = {"refused": True, "said": "The kernel was interrupted: do that again."}
        try:
            if not isinstance(content, dict):
                raise ValueError("The page sent something that is not a message: reload the page.")
            answer = obey(content)
        except (ValueError, OSError) as error:
            answer["said"] = str(error)
        except Exception as error:  # of somebody else's model
            answer["said"] = f"{type(error).__name__}: {error}"
        finally:
            number = content.get("number") if isinstance(content, dict) else None
            self.send({**answer, "number": number if isinstance(number, str) else ""})


def framed(board, name):
    """Return a box around a board, since a box is told when the kernel ends and an anywidget is not.

    Parameters
    ----------
    board : Board
    name : str
        The CSS class that gives the box its style.
    """
    box = ipywidgets.VBox([board])
    box.add_class(name)
    return box
