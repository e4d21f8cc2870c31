// Sets cookies in the 101, as the query says: ?set, ?set_httponly or ?clear. Then it closes.
import { defineHandler } from "trunkline";

const cookies: Readonly<Record<string, readonly string[]>> = {
  "?set": ["foo=bar; Max-Age=86400"],
  "?set_httponly": ["httpOnlyFoo=bar; Max-Age=86400; httpOnly"],
  "?clear": ["foo=0; Max-Age=0", "httpOnlyFoo=0; Max-Age=0"],
};

export default defineHandler({
  origins: "any",
  upgrade({ url }) {
    const set = cookies[new URL(url).search] ?? [];
    return { headers: set.map((cookie): [string, string] => ["Set-Cookie", cookie]) };
  },
  conversation() {},
});
