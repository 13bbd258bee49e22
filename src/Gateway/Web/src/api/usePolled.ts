import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<T> {
  /** The last good answer. */
  value: T | null;
  /** What went wrong with the last question, null after a good answer. */
  error: unknown;
  /** Asks now. */
  refresh: () => Promise<void>;
}

export interface PollOptions {
  /** Goes on in a tab that cannot be seen, where the page may still be heard. */
  whileHidden?: boolean;
}

/**
 * Asks again and again, as a rule only while the page can be seen. A question never overlaps the one before it, and one whose subject has
 * changed meanwhile is forgotten. `ask` must keep its identity for as long as the question is the same.
 */
export function usePolled<T>(
  ask: () => Promise<T>,
  intervalMs: number | ((value: T | null) => number),
  { whileHidden = false }: PollOptions = {},
): Polled<T> {
  const [answer, setAnswer] = useState<{ value: T | null; error: unknown }>({ value: null, error: null });
  const interval = useRef(intervalMs);
  interval.current = intervalMs;
  const poll = useRef<() => Promise<void>>(async () => {});

  useEffect(() => {
    let timer: number | undefined;
    let asking: Promise<void> | null = null;
    let stopped = false;
    let latest: T | null = null;
    const isAsleep = () => document.hidden && !whileHidden;
    setAnswer({ value: null, error: null });

    const once = async () => {
      try {
        const value = await ask();
        if (stopped) return;
        latest = value;
        setAnswer({ value, error: null });
      } catch (error) {
        if (!stopped) setAnswer(({ value }) => ({ value, error }));
      }
    };
    const next = () => {
      window.clearTimeout(timer);
      if (stopped || isAsleep()) return;
      const wait = interval.current;
      timer = window.setTimeout(now, typeof wait === 'function' ? wait(latest) : wait);
    };
    const now = () => {
      window.clearTimeout(timer);
      asking ??= once().finally(() => {
        asking = null;
        next();
      });
      return asking;
    };
    const onVisibility = () => {
      if (isAsleep()) window.clearTimeout(timer);
      else if (!document.hidden) void now();
    };

    poll.current = now;
    void now();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      stopped = true;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [ask, whileHidden]);

  const refresh = useCallback(() => poll.current(), []);
  return { ...answer, refresh };
}
