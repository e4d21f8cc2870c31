// Takes one origin and no other, not even our own. (`origins` adds to our own.)
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  upgrade({ origin }) {
    const isWelcome = origin === "http://example.com";
    return isWelcome ? undefined : new Response("Not you.", { status: 403 });
  },
  conversation(socket) {
    socket.send("Allowed");
  },
});
