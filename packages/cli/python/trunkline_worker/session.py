"""One connection from its request to its end, in a thread of its own: calls the handler's functions,
and turns what they raise into what the client sees.
"""

import logging
import re
import traceback

from pywebsocket3 import common, handshake, stream
from trunkline_worker import frames
from trunkline_worker.extensions import parse_extensions
from trunkline_worker.request import Request
from trunkline_worker.ws_stream import Stream

_LOGGER = logging.getLogger("trunkline")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")

_CLOSES = (
    (stream.BadOperationException, common.STATUS_INTERNAL_ENDPOINT_ERROR),
    (stream.InvalidFrameException, common.STATUS_PROTOCOL_ERROR),
    (stream.UnsupportedFrameException, common.STATUS_UNSUPPORTED_DATA),
    (stream.InvalidUTF8Exception, common.STATUS_INVALID_FRAME_PAYLOAD_DATA),
)


def run_session(channel, handler, head):
    request = Request(channel, head)
    request.ws_stream = Stream(request, channel, handler.answer_close)
    if _shake_hands(request, channel, handler):
        opened = channel.wait_until_open()
        if opened is not None:
            request.ws_protocol = opened["protocol"] or None
            request.ws_extensions = parse_extensions(opened["extensions"])
            _transfer(request, channel, handler)


def _shake_hands(request, channel, handler):
    """Whether the handshake goes on."""
    try:
        handler.do_extra_handshake(request)
    except handshake.AbortedByUserException:
        channel.tell(frames.ABORT)
        return False
    except BaseException:
        _log("web_socket_do_extra_handshake", request)
        channel.tell_json(frames.REFUSE, {"status": 403, "reason": "The handler refused."})
        return False
    fault = _protocol_fault(request)
    if fault is not None:
        _LOGGER.warning("%s: %s", request.uri, fault)
        channel.tell_json(frames.REFUSE, {"status": 400, "reason": "No subprotocol was agreed."})
        return False
    deflate = any(
        getattr(one, "name", str)() == common.PERMESSAGE_DEFLATE_EXTENSION
        for one in request.ws_extension_processors
    )
    headers = [[str(name), str(value)] for name, value in request.extra_headers]
    accepted = {"protocol": request.ws_protocol, "headers": headers, "deflate": deflate}
    channel.tell_json(frames.ACCEPT, accepted)
    return True


def _protocol_fault(request):
    offered, chosen = request.ws_requested_protocols, request.ws_protocol
    if chosen is None:
        if offered is None:
            return None
        return "the client asked for the subprotocols %s, and the handler set no request.ws_protocol" % (
            ", ".join(offered)
        )
    if offered is None:
        return "the handler set request.ws_protocol, and the client asked for none"
    if not isinstance(chosen, str) or _TOKEN.match(chosen) is None:
        return "request.ws_protocol is no name of a subprotocol: %r" % (chosen,)
    return None


def _transfer(request, channel, handler):
    try:
        handler.transfer_data(request)
        _close(request, common.STATUS_NORMAL_CLOSURE)
    except handshake.AbortedByUserException:
        channel.tell(frames.ABORT)
    except tuple(kind for kind, _ in _CLOSES) as error:
        _LOGGER.info("%s: %s: %s", request.uri, type(error).__name__, error)
        _close(request, next(code for kind, code in _CLOSES if isinstance(error, kind)))
    except stream.ConnectionTerminatedException as error:
        _LOGGER.debug("%s: %s", request.uri, error)
        channel.tell(frames.ABORT)
    except BaseException:
        _log("web_socket_transfer_data", request)
        channel.tell(frames.ABORT)


def _close(request, code):
    try:
        request.ws_stream.close_connection(code)
    except stream.ConnectionTerminatedException:
        # Nobody answered; the server has dropped the connection.
        pass


def _log(name, request):
    _LOGGER.error("%s of %s raised\n%s", name, request.uri, traceback.format_exc().rstrip())
