import { useEffect, useRef, useState } from 'preact/hooks';

const idleAfterMs = 2_600;

/** True when nobody touched the player for a while; never when it may not be. */
export function useIdle(mayBeIdle: boolean) {
  const [isIdle, setIdle] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const wake = () => {
    window.clearTimeout(timer.current);
    setIdle(false);
    if (mayBeIdle) timer.current = window.setTimeout(() => setIdle(true), idleAfterMs);
  };

  useEffect(() => {
    wake();
    return () => window.clearTimeout(timer.current);
  }, [mayBeIdle]);
  return [isIdle && mayBeIdle, wake] as const;
}
