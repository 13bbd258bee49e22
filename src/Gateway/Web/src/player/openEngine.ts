import type { Engine, EngineEvents, EngineSource } from './engine';
import { canPlayHls, createNativeEngine } from './nativeEngine';

/** What a viewer may choose; a browser's own HLS is taken only where nothing else works. */
export type PlayerChoice = 'hls' | 'dash';

const loadHls = () => import('./hlsEngine');
const loadDash = () => import('./dashEngine');

/** Fetches the chosen player while the channel is still being asked about. A failure shows when it is opened. */
export function preloadEngine(choice: PlayerChoice): void {
  (choice === 'dash' ? loadDash() : loadHls()).catch(() => {});
}

/** Loads the chosen player and starts it on the video. Null when this browser cannot play live video at all. */
export async function openEngine(
  choice: PlayerChoice,
  video: HTMLVideoElement,
  source: EngineSource,
  events: EngineEvents,
  signal: AbortSignal,
): Promise<Engine | null> {
  if (choice === 'dash') {
    const { createDashEngine } = await loadDash();
    return signal.aborted ? null : createDashEngine(video, source, events);
  }

  // Chromium answers canPlayType with "maybe" and then fails, so hls.js is asked first.
  const { createHlsEngine, isSupported } = await loadHls();
  if (signal.aborted) return null;
  if (isSupported()) return createHlsEngine(video, source, events);
  if (canPlayHls(video)) return createNativeEngine(video, source, events);
  events.onFault('unsupported');
  return null;
}
