// @ts-check
// Counts the bytes of connections by the path of each request, from the bytes alone, as somebody does
// who sees them pass: where a request begins is read from them, and what the server sends until the
// next one begins is its answer. It checks the server's own count.

/**
 * @typedef Count
 * @property {number} requests
 * @property {number} received bytes from the browser
 * @property {number} sent bytes to the browser
 */

export class Traffic {
  /** @type {Map<string, Count>} */
  #counts = new Map();

  /**
   * @param {string} path
   * @returns {Count}
   */
  of(path) {
    const known = this.#counts.get(path) ?? { requests: 0, received: 0, sent: 0 };
    this.#counts.set(path, known);
    return known;
  }

  /** A new connection; its bytes are given in the order in which they pass. */
  connection() {
    let current = this.of("");
    return {
      /** @param {Buffer} bytes */
      fromBrowser: (bytes) => {
        const path = findRequest(bytes);
        if (path !== undefined) {
          current = this.of(path);
          current.requests += 1;
        }
        current.received += bytes.length;
      },
      /** @param {Buffer} bytes */
      fromServer: (bytes) => {
        current.sent += bytes.length;
      },
    };
  }
}

/**
 * A browser sends a GET in one piece, and none before the last was answered. A frame never looks like
 * one: its first byte would be that of a reserved opcode.
 *
 * @param {Buffer} bytes
 * @returns {string | undefined} the path, when a request begins here
 */
function findRequest(bytes) {
  return /^GET (\S+?)(?:\?\S*)? HTTP\/1\.1\r\n/.exec(bytes.toString("latin1", 0, 4096))?.[1];
}
