/**
 * The server's clock as seen from here. Latency and uptime compare the server's times with now, and the clock of a
 * viewer's machine may be minutes off. The `Date` header has whole seconds, so a smaller difference is left alone.
 */

const toleranceMs = 2_000;
let offsetMs = 0;

export function learnServerTime(response: Response): void {
  const header = response.headers.get('Date');
  if (header === null) return;
  // The header is cut to the second: on average the server was half a second further.
  const difference = Date.parse(header) + 500 - Date.now();
  if (Number.isNaN(difference)) return;
  offsetMs = Math.abs(difference) > toleranceMs ? difference : 0;
}

export const serverNow = () => Date.now() + offsetMs;
