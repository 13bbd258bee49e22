import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<T> {
  /** The last good answer. */
  value: T | null;
  /** What went wrong with the last question, null after a good answer. */
  error: unknown;
  /** Asks now, and once more where a question that is under way may have been answered before. */
  refresh: () => Promise<void>;
}

interface Answer<T> {
  /** The question. */
  to: () => Promise<T>;
  value: T | null;
  error: unknown;
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
  const [answer, setAnswer] = useState<Answer<T>>({ to: ask, value: null, error: null });
  const interval = useRef(intervalMs);
  interval.current = intervalMs;
  const poll = useRef<() => Promise<void>>(async () => {});

  useEffect(() => {
    let timer: number | undefined;
    let asking: Promise<void> | null = null;
    let stopped = false;
    let latest: T | null = null;
    const isAsleep = () => document.hidden && !whileHidden;

    const once = async () => {
      try {
        const value = await ask();
        if (stopped) return;
        latest = value;
        setAnswer({ to: ask, value, error: null });
      } catch (error) {
        if (!stopped) setAnswer({ to: ask, value: latest, error });
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

    poll.current = async () => {
      await asking;
      if (!stopped) await now();
    };
    void now();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      stopped = true;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [ask, whileHidden]);

  const refresh = useCallback(() => poll.current(), []);
  // The answer to the question before this one is none to it, not even for the moment until this one is asked.
  const { value, error } = answer.to === ask ? answer : { value: null, error: null };
  return { value, error, refresh };
}
