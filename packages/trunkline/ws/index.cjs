"use strict";
// What `require("trunkline/ws")` gives: the class itself, as `require("ws")` does.
//
// There is one build of the library, and it is of ES modules, which Node's `require` loads: it gives the
// export named "module.exports", the class. A bundler gives the namespace, which holds it by that name.
// Jest puts a `require` of its own in the place of Node's, which refuses ES modules on most Nodes; the
// loader beneath it, which it leaves as it is, does not.

/** @returns {object} */
function load() {
  try {
    return require("../dist/ws/index.js");
  } catch (error) {
    if (typeof jest === "undefined") throw error;
    const { join } = require("node:path");
    return require("node:module")._load(join(__dirname, "../dist/ws/index.js"), null, false);
  }
}

const loaded = load();
module.exports = loaded["module.exports"] ?? loaded;
