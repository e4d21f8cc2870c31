// Opens, and drops the connection without a Close: the client sees 1006.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  open(socket) {
    socket.terminate();
  },
});
