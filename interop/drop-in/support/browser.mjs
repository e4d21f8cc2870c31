/** Where a browser is, and how one is started that keeps to itself and to this machine. */
export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const launchOptions = {
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
