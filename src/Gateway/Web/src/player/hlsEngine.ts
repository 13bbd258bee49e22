import Hls, { ErrorTypes, Events, type ErrorData, type HlsConfig, type Level, type LevelDetails } from 'hls.js';
import { askServerTime, serverNow } from '../api/serverClock';
import { bufferAhead, isDrained } from './buffer';
import type { Engine, EngineEvents, EngineRendition, EngineSource, Fault, Selection } from './engine';
import { keepToLiveEdge } from './liveEdge';
import { nameFromPlaylist } from './renditions';

/**
 * The distance to the live edge is left to the playlist (PART-HOLD-BACK, or HOLD-BACK, which is three target durations):
 * the server knows best. Retries are short, because a viewer of a live broadcast waits for none.
 */
const config: Partial<HlsConfig> = {
  lowLatencyMode: true,
  // Speed is set by keepToLiveEdge.
  maxLiveSyncPlaybackRate: 1,
  // A part and a half further from the edge for each stall, until there was none for a while.
  liveSyncOnStallIncrease: 0.5,
  backBufferLength: 30,
  liveDurationInfinity: true,
  capLevelToPlayerSize: true,
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 8_000,
      maxLoadTimeMs: 20_000,
      timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 4, retryDelayMs: 400, maxRetryDelayMs: 2_000 },
    },
  },
};

/** How many times in a row the decoder is set up anew before the page gives up on the broadcast's media. */
const mediaRecoveriesMax = 2;
const mediaRecoveryWindowMs = 10_000;

/** How long to wait between attempts to load while there is still something to show. */
const reloadMs = 1_000;

/** With more than this loaded and not shown, a chosen rendition would come into sight too late. */
const longBufferSeconds = 6;

export const isSupported = () => Hls.isSupported();

export function createHlsEngine(video: HTMLVideoElement, source: EngineSource, events: EngineEvents): Engine {
  const hls = new Hls(config);
  const life = new AbortController();
  let selection: Selection = source.selection;
  let follows = true;
  let recoveries: number[] = [];
  let reload: number | undefined;

  const nameOf = (level: Level) => nameFromPlaylist(level.url[0] ?? '', level.height);
  const indexOf = (name: string) => hls.levels.findIndex((level) => nameOf(level) === name);

  const apply = () => {
    const index = selection === 'auto' ? -1 : indexOf(selection);
    if (index < 0) selection = 'auto';
    // nextLevel throws away what is loaded and not shown: worth it only where that is long.
    if (bufferAhead(video) > longBufferSeconds) hls.nextLevel = index;
    else hls.loadLevel = index;
    events.onChange();
  };

  const recoverMedia = (): boolean => {
    const now = performance.now();
    recoveries = [...recoveries.filter((at) => now - at < mediaRecoveryWindowMs), now];
    if (recoveries.length > mediaRecoveriesMax) return false;
    hls.recoverMediaError();
    return true;
  };

  hls.on(Events.MANIFEST_PARSED, apply);
  hls.on(Events.LEVELS_UPDATED, events.onChange);
  hls.on(Events.LEVEL_SWITCHED, () => {
    events.onSwitch();
    events.onChange();
  });
  hls.on(Events.ERROR, (_, error) => {
    events.onError(error.fatal ? `${error.details} (fatal)` : error.details);
    if (!error.fatal) return;
    if (error.type === ErrorTypes.MEDIA_ERROR && recoverMedia()) return;
    // What is loaded plays on meanwhile: a short loss of the connection need not be seen.
    if (error.type === ErrorTypes.NETWORK_ERROR && !isDrained(video)) {
      reload = window.setTimeout(() => hls.startLoad(), reloadMs);
      return;
    }
    events.onFault(faultOf(error));
  });
  hls.loadSource(source.media.hls);
  hls.attachMedia(video);
  keepToLiveEdge(hls, video, () => follows, life.signal);
  void askServerTime();

  return {
    kind: 'hls',
    version: `hls.js ${Hls.version}`,
    renditions: () =>
      hls.levels
        .filter((level) => level.height > 0)
        .map((level): EngineRendition => ({
          name: nameOf(level),
          width: level.width,
          height: level.height,
          frameRate: level.frameRate,
          bitRate: level.bitrate,
        })),
    current: () => {
      const level = hls.levels[hls.currentLevel];
      return level === undefined ? null : nameOf(level);
    },
    selected: () => selection,
    select: (wanted) => {
      selection = wanted;
      apply();
    },
    latency: () => {
      const playing = source.media.isLive ? hls.playingDate : null;
      return playing === null ? null : (serverNow() - playing.getTime()) / 1000;
    },
    range: () => {
      const details = hls.latestLevelDetails;
      return details === null || details.fragments.length === 0 ? null : rangeOf(details, hls.liveSyncPosition);
    },
    dateAt: (time) => dateAt(hls.latestLevelDetails, time),
    bandwidth: () => (Number.isFinite(hls.bandwidthEstimate) ? hls.bandwidthEstimate : null),
    seek: (time) => (video.currentTime = time),
    goLive: () => {
      if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
    },
    followLive: (wanted) => (follows = wanted),
    destroy: () => {
      window.clearTimeout(reload);
      life.abort();
      hls.destroy();
    },
  };
}

/**
 * Of a live broadcast without what comes first. In a window that moves it is gone before it is loaded, and hls.js goes back to
 * the live edge. In one that does not yet, it begins some milliseconds before zero on the video's clock, depending on where hls.js
 * joined, and a browser drops a key frame from before zero with all that needs it.
 */
function rangeOf({ fragmentStart, edge, live, targetduration }: LevelDetails, liveSync: number | null) {
  if (!live) return { start: fragmentStart, end: edge };
  const end = liveSync ?? edge;
  return { start: Math.min(fragmentStart + targetduration, end), end };
}

function dateAt(details: LevelDetails | null, time: number): number | null {
  if (details === null) return null;
  const { fragments } = details;
  let index = fragments.findIndex(({ end }) => time < end);
  if (index < 0) index = fragments.length - 1;
  const fragment = fragments[index];
  const date = fragment?.programDateTime ?? null;
  return fragment === undefined || date === null ? null : date + (time - fragment.start) * 1000;
}

function faultOf(error: ErrorData): Fault {
  if (error.type === ErrorTypes.NETWORK_ERROR) {
    const status = error.response?.code;
    return status === 404 || status === 410 ? 'gone' : 'network';
  }
  return 'media';
}
