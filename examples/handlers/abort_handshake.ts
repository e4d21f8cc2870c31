// Drops the connection in the middle of the opening handshake, without any answer.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  upgrade() {
    return Response.error();
  },
});
