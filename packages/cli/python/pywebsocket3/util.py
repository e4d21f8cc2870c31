"""Small helpers that handlers use."""

import logging
import traceback


def get_class_logger(o):
    """A logger named after the class of `o`; what it logs goes to the server's log."""
    return logging.getLogger("%s.%s" % (o.__class__.__module__, o.__class__.__name__))


def get_stack_trace():
    """The exception being handled, as text."""
    return traceback.format_exc()


def prepend_message_to_exception(message, exc):
    """Puts `message` before the text of an exception."""
    exc.args = ("%s%s" % (message, exc),)


def hexify(s):
    """The bytes of `s` in hexadecimal, with spaces between."""
    return " ".join("%02x" % byte for byte in bytearray(s))
