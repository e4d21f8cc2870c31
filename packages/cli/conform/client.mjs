// Plays every case of `trunkline conform client` as its client, and asks for the report.
//   node client.mjs ws://localhost:9001 trunkline    with the WebSocket of a package, or with Node's own
const [base = "ws://localhost:9001", name] = process.argv.slice(2);
const module = name === undefined ? globalThis : await import(name);
const WebSocket = module.WebSocket ?? module.default;
const ask = async (path) => (await fetch(base.replace(/^ws/, "http") + path)).json();
for (const { number } of (await ask("/cases")).cases) {
  await new Promise((done) => {
    // The suite gives a minute to a case: one whose end the package does not tell holds up no other.
    const timer = setTimeout(done, 65_000);
    const socket = new WebSocket(`${base}/case/${number}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onerror = () => {};
    socket.onclose = () => {
      clearTimeout(timer);
      done();
    };
  });
}
const { failed } = await ask(`/report?agent=${encodeURIComponent(name ?? "Node")}`);
console.log(`${failed} failed`);
process.exit(); // whatever a case left open
