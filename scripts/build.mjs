// @ts-check
// `npm run build`: builds every package, in the order of their dependencies.
import { run } from "./lib/workspace.mjs";

const inOrder = ["trunkline", "@trunkline/console", "@trunkline/cli"];
for (const name of inOrder) {
  run("npm", ["run", "build", "--workspace", name, "--if-present", "--silent"]);
}
