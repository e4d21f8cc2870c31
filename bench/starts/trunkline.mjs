import { serve } from "trunkline";

const routes = { "/echo": { message: (socket, data) => socket.send(data) } };
const server = await serve({ port: 0, routes });
console.log(server.url);
