"""Runs pywebsocket's handlers for `trunkline serve`, which holds the sockets and speaks over pipes."""
