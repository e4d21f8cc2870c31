// Plays all cases with the client of one package.  node client.mjs undici 9001
import { createRequire } from "node:module";

const [name, port] = process.argv.slice(2);
const most = 2 ** 24;
const require = createRequire(import.meta.url);

/** @type {Record<string, (url: string) => WebSocket>} */
const peers = {
  ws: (url) => new (require("ws"))(url, { perMessageDeflate: true, maxPayload: most }),
  undici: (url) => new (require("undici").WebSocket)(url),
  websocket(url) {
    const limits = { maxReceivedFrameSize: most, maxReceivedMessageSize: most };
    return new (require("websocket").w3cwebsocket)(
      url,
      [],
      undefined,
      undefined,
      undefined,
      limits,
    );
  },
  "faye-websocket": (url) => new (require("faye-websocket").Client)(url, [], { maxLength: most }),
};

const ask = async (path) => (await fetch(`http://localhost:${port}${path}`)).json();
process.on("uncaughtException", (error) => console.error(`threw: ${error.message}`));

function play(number) {
  return new Promise((done) => {
    // A peer that never tells of the end must not hold up the others.
    const timer = setTimeout(done, 65_000);
    const socket = peers[name](`ws://localhost:${port}/case/${number}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onerror = () => {};
    socket.onclose = () => {
      clearTimeout(timer);
      done();
    };
  });
}

// One that is started anew goes on behind the last case that was played.
const { cases } = await ask("/cases");
for (const { number } of cases.filter(({ verdict }) => verdict === undefined)) await play(number);
await ask(`/report?agent=${name}`);
process.exit();
