"use strict";
// What `require("trunkline/ws")` gives: the class itself, as `require("ws")` does.
//
// There is one build of the library, and it is of ES modules, which Node's `require` loads: it gives the
// export named "module.exports", the class. A bundler gives the namespace, which holds it by that name.
// Jest loads ES modules in neither way; there Node's own `require` does it.

/** @returns {object} */
function load() {
  try {
    return require("../dist/ws/index.js");
  } catch (error) {
    if (typeof jest === "undefined") throw error;
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(__filename)("../dist/ws/index.js");
  }
}

const loaded = load();
module.exports = loaded["module.exports"] ?? loaded;
