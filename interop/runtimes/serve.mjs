/** `serve`, on whatever runtime this is; with the word `tls` over TLS. */
import { serve } from "trunkline/server";
import { cert, key } from "../../packages/trunkline/dist/testing/certificate.test.util.js";
import { routes } from "./routes.mjs";
import { tell, whenStopped } from "./tell.mjs";

const tls = process.argv[2] === "tls" ? { cert, key } : undefined;

/** Plain requests: what is sent to this path is counted, and everything else is the library's. */
async function http(request, response, next) {
  if (request.url !== "/count") return next();
  let count = 0;
  for await (const bytes of request) count += bytes.length;
  response.end(String(count));
}

const server = await serve({ routes, tls, http });
whenStopped(() => server.close());
tell(server.url);
