/** What `trunkline serve` serves where no handlers are: the tutorial's echo. */
import type { HooksHandler } from "trunkline/server";

/** Open to any page, as a page opened from disk has no origin of its own; an echo holds no secrets. */
export const BUILT_IN_ECHO: HooksHandler = {
  origins: "any",
  message(socket, data) {
    socket.send(data);
  },
};
