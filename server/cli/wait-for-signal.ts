const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_BY_SIGNAL = 130; // what shells report for Ctrl-C

/** Resolves at the first SIGINT or SIGTERM. Another one after that ends the process at once. */
export function waitForSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (asked) process.exit(EXIT_BY_SIGNAL);
        asked = true;
        resolve(signal);
      });
    }
  });
}
