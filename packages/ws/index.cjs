"use strict";
module.exports = require("trunkline/ws");
