/**
 * Starts a watch; calling it gives the milliseconds of work since. The work of this thread is at most the time that passed, and at
 * most what all threads of the process worked: the smaller of both is told, so that other processes on the machine (which
 * only lengthen the first) do not pass for slowness. About 2 µs a reading.
 */
export function stopwatch(): () => number {
  const worked = process.cpuUsage();
  const begun = performance.now();
  return () => {
    const passed = performance.now() - begun;
    const { user, system } = process.cpuUsage(worked);
    return Math.min(passed, (user + system) / 1_000);
  };
}
