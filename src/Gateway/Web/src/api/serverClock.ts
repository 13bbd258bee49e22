/**
 * The server's clock as seen from here. Latency and uptime compare the server's times with now, and the clock of a
 * viewer's machine may be minutes off.
 */

/** The `Date` header has whole seconds: a difference of less says nothing against what is known. */
const toleranceMs = 2_000;

const asks = 3;
const timeoutMs = 5_000;
let offsetMs = 0;

export function learnServerTime(response: Response): void {
  const header = response.headers.get('Date');
  if (header === null) return;
  // The header is cut to the second: on average the server was half a second further.
  const difference = Date.parse(header) + 500 - Date.now();
  if (Math.abs(difference - offsetMs) > toleranceMs) offsetMs = difference;
}

/** Asks the server for the time to the millisecond, as far as the way there and back lets it be known. */
export async function askServerTime(): Promise<void> {
  let shortest = Infinity;
  try {
    for (let ask = 0; ask < asks; ask++) {
      const begun = performance.now();
      const response = await fetch('/time', { cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
      const difference = Date.parse(await response.text()) - Date.now();
      const tookMs = performance.now() - begun;
      if (!response.ok || Number.isNaN(difference) || tookMs >= shortest) continue;
      shortest = tookMs;
      offsetMs = difference + tookMs / 2;
    }
  } catch {
    // What other answers said of the time has to do.
  }
}

export const serverNow = () => Date.now() + offsetMs;
