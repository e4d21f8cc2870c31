// Sends back what comes, and after "Goodbye" closes. Open to every origin in one line, because it
// holds no secrets: the tutorial's page, opened from disk, comes with the Origin "null".
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  message(socket, data) {
    socket.send(data);
    if (data === "Goodbye") socket.close(1000);
  },
});
