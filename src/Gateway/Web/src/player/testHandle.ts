import type { EngineKind, Selection, TimeRange } from './engine';
import type { Playback } from './Playback';
import type { Stall } from './StallCounter';

/** A small stable object for tests and for the curious: `window.__player`. */
export interface PlayerHandle {
  readonly kind: EngineKind;
  readonly video: HTMLVideoElement;
  readonly stalls: number;
  readonly pastStalls: readonly Stall[];
  readonly errors: readonly string[];
  latency(): number | null;
  /** Where one can go, on the video's clock. */
  range(): TimeRange | null;
  /** Wall-clock time of what is shown, in ms since 1970. */
  date(): number | null;
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
    get pastStalls() {
      return playback.stalls.past;
    },
    get errors() {
      return playback.errors;
    },
    latency: () => playback.engine?.latency() ?? null,
    range: () => playback.range,
    date: () => playback.engine?.dateAt(playback.video.currentTime) ?? null,
    renditions: () => playback.engine?.renditions().map(({ name, height }) => ({ name, height })) ?? [],
    current: () => playback.engine?.current() ?? null,
    select: (selection) => playback.select(selection),
  };
  window.__player = handle;
  return () => {
    if (window.__player === handle) delete window.__player;
  };
}
