// What a handler throws is logged, and closes its own connection with 1011.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  open() {
    throw new Error("thrown on purpose");
  },
});
