"""The names that pywebsocket's handlers import, served by Trunkline.

The modules here hold what a handler touches: constants, exceptions, helpers. The connection itself
is in `trunkline_worker`. They are known as `pywebsocket3` and as `mod_pywebsocket`; both names lead
to the same modules, so that an exception raised under one is caught under the other.
"""
