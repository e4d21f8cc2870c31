/** A path as a user would type it: from the working directory when it lies there. */
import { isAbsolute, relative } from "node:path";

export function showPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
