/**
 * Plain HTTP beside the sockets: the library's own answers, and requests that offer an upgrade which
 * is not ours to take.
 */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../connection/clock.ts";
import { endAfterAnswer } from "./refusal.ts";
import { hasBody } from "./upgrade.ts";
import { NodeRequest } from "./upgrade-request.ts";

/**
 * Whether an upgrade is for us to answer. "A server MAY ignore a received Upgrade header field"
 * (RFC 9110, section 7.8), and what names another protocol, as curl's `h2c`, is answered without it. But
 * not when there is a body: Node has not read it, and nobody behind could.
 */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const { upgrade = "" } = request.headers;
  return upgrade.toLowerCase().includes("websocket") || hasBody(new NodeRequest(request));
}

/** A response object for a request that came as an upgrade; the stream ends with it. */
export function responseOn(socket: Duplex, request: IncomingMessage, clock: Clock): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]); // node:http's own
  // With the upgrade, Node took off the listener that tells the response of its socket's drain.
  socket.on("drain", () => response.emit("drain"));
  Object.defineProperty(response, "writableNeedDrain", { get: () => socket.writableNeedDrain });
  response.on("finish", () => endAfterAnswer(socket, clock));
  return response;
}

/** 426 where a socket lives, else 404. */
export function answerPlainly(response: ServerResponse, socketLivesHere: boolean): void {
  if (!socketLivesHere) return answerWith(response, 404, "There is nothing here.");
  // "The server MUST send an Upgrade header field in a 426 response" (RFC 9110, section 15.5.22).
  response.setHeader("Upgrade", "websocket");
  // Our own Connection header takes the place of the one that Node would write.
  response.setHeader("Connection", response.shouldKeepAlive ? "Upgrade" : "close, Upgrade");
  answerWith(response, 426, "A WebSocket lives here: connect to it with a WebSocket client.");
}

export function answerWith(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${sentence}\n`);
}
