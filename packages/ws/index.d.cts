import WebSocket = require("trunkline/ws");
export = WebSocket;
