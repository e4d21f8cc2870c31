"""The Sec-WebSocket-Extensions header (RFC 6455, section 9.1), and what handlers may set about it."""

import re

from pywebsocket3 import common

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETER = re.compile(r'\s*(%s)\s*(?:=\s*(?:(%s)|"((?:[^"\\]|\\.)*)")\s*)?(;|,|$)' % (_TOKEN, _TOKEN))


def parse_extensions(text):
    """The offers of a header, or None where there are none, or they cannot be read."""
    if not text:
        return None
    offers = []
    offer = None
    at = 0
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None:
            return None
        name, token, quoted, end = match.groups()
        if offer is None:
            offer = common.ExtensionParameter(name)
            offers.append(offer)
        else:
            value = token if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            offer.add_parameter(name, value)
        if end != ";":
            offer = None
        at = match.end()
    return offers


class DeflateProcessor(object):
    """Stands for an offer of permessage-deflate. The server negotiates its parameters itself.

    Taken out of `request.ws_extension_processors`, nothing is compressed; what is set on it is
    kept and has no effect.
    """

    def __init__(self, offer):
        self._offer = offer
        self.settings = {}

    def name(self):
        return common.PERMESSAGE_DEFLATE_EXTENSION

    def request(self):
        return self._offer

    def set_client_max_window_bits(self, bits):
        self.settings["client_max_window_bits"] = bits

    def set_client_no_context_takeover(self, value=True):
        self.settings["client_no_context_takeover"] = value

    def set_server_max_window_bits(self, bits):
        self.settings["server_max_window_bits"] = bits

    def set_server_no_context_takeover(self, value=True):
        self.settings["server_no_context_takeover"] = value

    def set_bfinal(self, value):
        self.settings["bfinal"] = value


def make_processors(offers):
    known = common.PERMESSAGE_DEFLATE_EXTENSION
    return [DeflateProcessor(offer) for offer in offers or [] if offer.name() == known]
