// Closes as it is told: "4001 enough" makes it send Close(4001, "enough"). The client's own Close is
// answered with the same code and reason, which is what happens to any handler without `closing`.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  message(socket, data) {
    const [, code, reason] = /^(\d+) (.*)$/s.exec(String(data)) ?? [];
    if (code === undefined) return socket.terminate();
    try {
      socket.close(Number(code), reason);
    } catch {
      socket.close(1011); // a code that must not stand in a Close, or a reason over 123 bytes
    }
  },
});
