/** The part of a file system error that a user can act on. */
export function describeFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "it is not there";
  if (code === "EACCES" || code === "EPERM") return "no permission";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOTDIR") return "it is not a folder";
  return error instanceof Error ? error.message : String(error);
}
