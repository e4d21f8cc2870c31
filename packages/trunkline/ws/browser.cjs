"use strict";
// `ws` is no client for browsers, and says so when it is called.
module.exports = function WebSocket() {
  throw new Error(
    "ws does not work in the browser. Browser clients must use the native WebSocket object",
  );
};
