/** Runs `body` where `globalThis.location` is this. */
export function withLocation<T>(location: unknown, body: () => T): T {
  Object.defineProperty(globalThis, "location", { value: location, configurable: true });
  try {
    return body();
  } finally {
    Reflect.deleteProperty(globalThis, "location");
  }
}
