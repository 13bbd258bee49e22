/** What a viewer set once and expects to find again. Storage may be forbidden: then it holds for this page. */

export interface Preferences {
  volume: number;
  muted: boolean;
}

const storageKey = 'player';
const defaults: Preferences = { volume: 1, muted: false };

export function readPreferences(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>;
    return {
      volume: typeof stored.volume === 'number' ? Math.min(1, Math.max(0, stored.volume)) : defaults.volume,
      muted: stored.muted === true,
    };
  } catch {
    return defaults;
  }
}

export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(preferences));
  } catch {
    // Nothing is lost but the memory of it.
  }
}
