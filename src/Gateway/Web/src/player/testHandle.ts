import type { EngineKind, Selection } from './engine';
import type { Playback } from './Playback';

/** A small stable object for tests and for the curious: `window.__player`. */
export interface PlayerHandle {
  readonly kind: EngineKind;
  readonly video: HTMLVideoElement;
  readonly stalls: number;
  readonly errors: readonly string[];
  latency(): number | null;
  renditions(): { name: string; height: number }[];
  current(): string | null;
  select(selection: Selection): void;
}

declare global {
  interface Window {
    __player?: PlayerHandle;
  }
}

/** Shows the playback as `window.__player` until the returned function is called. */
export function exposeHandle(playback: Playback): () => void {
  const handle: PlayerHandle = {
    get kind() {
      return playback.engine?.kind ?? playback.player;
    },
    get video() {
      return playback.video;
    },
    get stalls() {
      return playback.stalls.count;
    },
    get errors() {
      return playback.errors;
    },
    latency: () => playback.engine?.latency() ?? null,
    renditions: () => playback.engine?.renditions().map(({ name, height }) => ({ name, height })) ?? [],
    current: () => playback.engine?.current() ?? null,
    select: (selection) => playback.select(selection),
  };
  window.__player = handle;
  return () => {
    if (window.__player === handle) delete window.__player;
  };
}
