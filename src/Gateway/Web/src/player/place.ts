import type { Engine } from './engine';

/** Where a viewer is in a broadcast: a date where the engine knows it, for the clocks of two engines differ. */
export interface Place {
  time: number;
  date: number | null;
}

export const placeAt = (engine: Engine, time: number): Place => ({ time, date: engine.dateAt(time) });

/** The time on the engine's clock that is that place, null while the engine does not know what it plays. */
export function timeOf(engine: Engine, { time, date }: Place): number | null {
  const range = engine.range();
  if (range === null) return null;
  let found = time;
  const start = engine.dateAt(range.start);
  if (date !== null && start !== null) {
    found = range.start + (date - start) / 1000;
    // Where the wall clock went on without media, the first guess is too far by that much.
    const guessed = engine.dateAt(found);
    if (guessed !== null) found += (date - guessed) / 1000;
  }
  return Math.min(Math.max(found, range.start), range.end);
}
