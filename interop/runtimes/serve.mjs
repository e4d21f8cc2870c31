/** `serve`, on whatever runtime this is; with the word `tls` over TLS. */
import { serve } from "trunkline/server";
import { cert, key } from "../../packages/trunkline/dist/testing/certificate.test.util.js";
import { routes } from "./routes.mjs";
import { tell, whenStopped } from "./tell.mjs";

const tls = process.argv[2] === "tls" ? { cert, key } : undefined;
const server = await serve({ routes, tls });
whenStopped(() => server.close());
tell(server.url);
