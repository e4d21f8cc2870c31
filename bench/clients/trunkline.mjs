import { WebSocket } from "trunkline/client";
import { run } from "./loop.mjs";

run(WebSocket);
