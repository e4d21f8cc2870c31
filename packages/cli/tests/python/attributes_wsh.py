# Tells what a handler finds on its request, in each phase.
import http.client
import json

import pywebsocket3.common
from pywebsocket3 import common, util

LOGGER = util.get_class_logger(common.ExtensionParameter("x"))


def describe(request):
    extensions = request.ws_requested_extensions
    return {
        "uri": request.uri,
        "unparsed_uri": request.unparsed_uri,
        "method": request.method,
        "protocol": request.protocol,
        "is_https": request.is_https(),
        "header": [request.headers_in.get("x-Asked"), request.headers_in["X-ASKED"]],
        "no_header": request.headers_in.get("X-None"),
        "message_type": isinstance(request.headers_in, http.client.HTTPMessage),
        "remote_addr": request.connection.remote_addr,
        "local_addr": request.connection.local_addr,
        "first_line": request.connection.get_memorized_lines()[0].decode("ascii"),
        "ws_resource": request.ws_resource,
        "ws_origin": request.ws_origin,
        "ws_version": request.ws_version,
        "ws_requested_protocols": request.ws_requested_protocols,
        "ws_protocol": request.ws_protocol,
        "ws_requested_extensions": extensions
        and [[one.name(), one.get_parameters()] for one in extensions],
        "processors": [one.name() for one in request.ws_extension_processors],
        "ws_extensions": request.ws_extensions,
        "ws_stream": request.ws_stream is not None,
        "ws_close": [request.ws_close_code, request.ws_close_reason],
        "terminated": [request.client_terminated, request.server_terminated],
    }


def web_socket_do_extra_handshake(request):
    request.seen_before = describe(request)
    if request.ws_requested_protocols:
        request.ws_protocol = request.ws_requested_protocols[-1]
    for processor in request.ws_extension_processors:
        processor.set_client_max_window_bits(10)
        processor.set_client_no_context_takeover()
    request.ws_extension_processors = []
    request.extra_headers.append(("X-Extra", "one"))
    request.extra_headers.append(("Set-Cookie", "a=1"))
    request.extra_headers.append(("Set-Cookie", "b=2; Max-Age=0"))


def web_socket_transfer_data(request):
    request.ws_stream.send_message(json.dumps(request.seen_before))
    request.ws_stream.send_message(json.dumps(describe(request)))
    print("printed by a handler")
    LOGGER.warning("logged by a handler")
    try:
        request.connection.read(1)
    except NotImplementedError as error:
        request.ws_stream.send_message(str(error))
