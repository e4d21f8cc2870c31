// As echo, and no extension is ever accepted: nothing is compressed.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  perMessageDeflate: false,
  message(socket, data) {
    socket.send(data);
    if (data === "Goodbye") socket.close(1000);
  },
});
