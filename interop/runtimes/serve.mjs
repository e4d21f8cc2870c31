/** `serve`, on whatever runtime this is; over TLS by `tls`, for clients with a certificate by `certified`. */
import { serve } from "trunkline/server";
import { cert, key } from "../../packages/trunkline/dist/testing/certificate.test.util.js";
import { routes } from "./routes.mjs";
import { tell, whenStopped } from "./tell.mjs";

const asked = { ca: cert, requestCert: true, rejectUnauthorized: true };
const tls = { tls: { cert, key }, certified: { cert, key, ...asked } }[process.argv[2]];

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
