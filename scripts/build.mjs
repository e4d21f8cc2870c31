// Builds every package, in the order of their dependencies.
import { spawnSync } from "node:child_process";

const inOrder = ["trunkline", "@trunkline/console", "@trunkline/cli"];
for (const name of inOrder) {
  const args = ["run", "build", "--workspace", name, "--if-present", "--silent"];
  const { status } = spawnSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}
