import { WebSocket } from "ws";
import { run } from "./loop.mjs";

run(WebSocket);
