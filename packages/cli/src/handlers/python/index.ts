/** Python handlers: what the server's routes need of them. */
export { PythonHandlers } from "./python-handlers.ts";
export { PythonWorker } from "./python-worker.ts";
