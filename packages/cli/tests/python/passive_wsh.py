# The query says what answers the client's Close.
from pywebsocket3 import common
from pywebsocket3.handshake import AbortedByUserException

LAST = []


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    if request.uri.endswith("push"):
        while True:
            request.ws_stream.send_message("more")
    if request.uri.endswith("return"):
        request.ws_stream.receive_message()
        return
    while True:
        message = request.ws_stream.receive_message()
        if message is None:
            assert request.client_terminated and request.server_terminated
            assert request.ws_stream.get_last_received_opcode() == common.OPCODE_CLOSE
            return
        if message == "last":
            request.ws_stream.send_message(repr(LAST))


def web_socket_passive_closing_handshake(request):
    way = request.uri.partition("?")[2]
    LAST[:] = [request.ws_close_code, request.ws_close_reason]
    if way == "echo":
        if request.ws_close_code == common.STATUS_NO_STATUS_RECEIVED:
            return None, None
        return request.ws_close_code, request.ws_close_reason
    if way == "abort":
        raise AbortedByUserException("no answer")
    if way == "bad":
        return 1005, ""
    if way == "raise":
        raise ValueError("on purpose")
    return 4999, "chosen"
