# Compression as the query says; the first message is what was agreed on.
def web_socket_do_extra_handshake(request):
    if request.uri.endswith("?no"):
        request.ws_extension_processors = []


def web_socket_transfer_data(request):
    agreed = request.ws_extensions
    request.ws_stream.send_message(repr(agreed and [one.name() for one in agreed]))
    request.ws_stream.send_message(request.ws_stream.receive_message())
