import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../api/serverClock';

/** The server's time, again every `intervalMs`. */
export function useNow(intervalMs: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(serverNow()), intervalMs);
    return () => window.clearInterval(timer);
  }, [intervalMs]);
  return now;
}
