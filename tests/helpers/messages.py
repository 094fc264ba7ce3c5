"""What a page says to a widget, without a page."""


def send(shown, content):
    """Send a message as a page does to whatever has a `board`, a pad or a guess, and return the answer."""
    answers = []
    shown.board.send = lambda content, buffers=None: answers.append(content)
    shown.board._handle_custom_msg(content, [])
    (answer,) = answers
    return answer
