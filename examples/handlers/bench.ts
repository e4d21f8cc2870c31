// Asked with "<seconds> <count> <message>", sends the message that many times, with a pause after
// each, then closes.
import { setTimeout as pause } from "node:timers/promises";
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  async conversation(socket) {
    for await (const request of socket) {
      const [seconds, count, message, ...more] = String(request).split(" ");
      const times = Number(count);
      const milliseconds = Number(seconds) * 1000;
      if (!message || more.length > 0 || !(times >= 0) || !(milliseconds >= 0)) {
        return socket.close(1008, "Ask with: <seconds> <count> <message>");
      }
      for (let sent = 0; sent < times && !socket.signal.aborted; sent++) {
        if (!socket.send(message)) await socket.drained();
        await pause(milliseconds, undefined, { signal: socket.signal }).catch(() => {});
      }
      return;
    }
  },
});
