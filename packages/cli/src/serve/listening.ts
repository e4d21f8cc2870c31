/** Opens the port; a port that cannot be opened is a sentence that says what to do. */
import { ListenError, type ServeOptions, type Server, serve } from "trunkline/server";
import { CommandError } from "../command-error.ts";
import type { ServeSettings } from "./options.ts";

export type ListenOptions = Pick<ServeOptions, "routes" | "logger" | "http" | "tls">;

/** @throws {CommandError} with exit code 1 */
export async function listen(settings: ServeSettings, options: ListenOptions): Promise<Server> {
  const { port, host, backlog, origins, trustProxy, heartbeat } = settings;
  try {
    return await serve({
      ...options,
      port,
      heartbeat,
      ...(host !== undefined && { host }),
      ...(backlog !== undefined && { backlog }),
      ...(origins && { origins }),
      ...(trustProxy && { trustProxy }),
    });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new CommandError(1, describeListenError(error), { cause: error });
  }
}

/** Whether only this machine can reach it. */
export function isLocalHost(host: string | undefined): boolean {
  return host === undefined || host === "localhost" || host === "::1" || /^127\./.test(host);
}

function describeListenError({ code, host, port, message }: ListenError): string {
  if (code === "EADDRINUSE") {
    return `port ${port} on ${host} is taken: end the program that has it, or choose another with -p`;
  }
  if (code === "EACCES") {
    return `no permission to listen on port ${port}: choose one from 1024 up with -p`;
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `${host} is no address of this machine: choose another with -H`;
  }
  return message;
}
