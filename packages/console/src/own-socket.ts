// Addresses of this server's own sockets, which the pages talk to: ws: for http:, wss: for https:.

export function ownSocket(path: string): string {
  const { protocol, host } = location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/_trunkline/${path}`;
}
