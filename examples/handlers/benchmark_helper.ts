// The server's half of a browser benchmark. "receive <n>": it sends n bytes of "a". "send <0|1>": it
// takes the next message, with 1 looks whether all of it is "a", and answers with its length.
import { defineHandler } from "trunkline";

const MOST = 128 * 1024 * 1024;
const LETTER = "a".charCodeAt(0);

type Helper = { verify: boolean | undefined };

export default defineHandler({
  origins: "any",
  maxMessageSize: MOST,
  perMessageDeflate: false,
  upgrade(): { data: Helper } {
    return { data: { verify: undefined } };
  },
  message(socket, data) {
    const { verify } = socket.data;
    if (verify === undefined) return command(socket, data);
    socket.data.verify = undefined;
    if (verify && !isAllA(data)) return socket.close(1008, 'Not every byte is "a"');
    socket.send(String(data.length));
  },
});

type Socket = {
  readonly data: Helper;
  send(data: Uint8Array): boolean;
  close(code: number, reason: string): void;
};

function command(socket: Socket, data: string | Uint8Array): void {
  const [, size, verify] = /^(?:receive (\d{1,9})|send ([01]))$/.exec(String(data)) ?? [];
  if (typeof data === "string" && verify !== undefined) socket.data.verify = verify === "1";
  else if (typeof data === "string" && Number(size) <= MOST) {
    socket.send(new Uint8Array(Number(size)).fill(LETTER));
  } else socket.close(1008, "The commands are: receive <n>, send <0|1>");
}

function isAllA(data: string | Uint8Array): boolean {
  return typeof data !== "string" && data.every((byte) => byte === LETTER);
}
