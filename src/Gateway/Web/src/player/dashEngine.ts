import { MediaPlayer, type ErrorEvent, type MediaPlayerSettingClass, type Representation } from 'dashjs';
import { isDrained } from './buffer';
import type { Engine, EngineEvents, EngineSource, Fault, Selection } from './engine';
import { nameFromHeight } from './renditions';

/** The live delay is left to the MPD (ServiceDescription, then suggestedPresentationDelay), as in the HLS engine. */
const settings: MediaPlayerSettingClass = {
  streaming: {
    delay: { useSuggestedPresentationDelay: true },
    liveCatchup: { enabled: true, maxDrift: 6, playbackRate: { min: -0.1, max: 0.15 } },
    buffer: { bufferToKeep: 30, fastSwitchEnabled: true },
    retryAttempts: { MPD: 3, MediaSegment: 3, InitializationSegment: 3 },
    retryIntervals: { MPD: 500, MediaSegment: 500, InitializationSegment: 500 },
  },
};

/** How often it is looked whether there is still something to show of a player that can load no more. */
const drainedCheckMs = 250;

/** How far from the beginning of a window that moves a viewer is put at least. */
const slideMarginSeconds = 4;

/** dash.js's numbers for errors that it does not get over: the manifest, media and what the browser cannot do. */
const errors = {
  manifest: new Set([10, 11, 25, 31, 32]),
  media: new Set([20, 22, 35]),
  segments: new Set([15, 17, 27, 28]),
  unsupported: new Set([23]),
};

export function createDashEngine(video: HTMLVideoElement, source: EngineSource, events: EngineEvents): Engine {
  const player = MediaPlayer().create();
  let selection: Selection = source.selection;
  let ready = false;
  let shown: string | null = null;
  let drain: number | undefined;
  /** The wall clock at time zero of the video's clock, in ms since 1970. */
  let epoch: number | null = null;

  const representations = () => (ready ? player.getRepresentationsByType('video') : []);
  const nameOf = (representation: Representation) =>
    /^(source|\d+p\d*)$/.test(representation.id) ? representation.id : nameFromHeight(representation.height);

  const apply = () => {
    const wanted = representations().find((representation) => nameOf(representation) === selection);
    if (wanted === undefined) selection = 'auto';
    player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: wanted === undefined } } } });
    if (wanted !== undefined) player.setRepresentationForTypeById('video', wanted.id);
    events.onChange();
  };

  player.updateSettings(settings);
  player.initialize();
  player.on('streamInitialized', () => {
    // dash.js reads the MPD again only when it has seen playback start, and it misses a start that came before this.
    if (!ready && !video.paused) {
      video.pause();
      video.play().catch(() => {});
    }
    ready = true;
    apply();
  });
  player.on('qualityChangeRendered', (event) => {
    if (event.mediaType !== 'video') return;
    const now = event.newRepresentation;
    const name = now ? nameOf(now) : null;
    if (name === shown) return;
    if (shown !== null) events.onSwitch();
    shown = name;
    events.onChange();
  });
  player.on('error', ({ error }: ErrorEvent) => {
    events.onError(String(typeof error === 'object' && 'message' in error ? error.message : error));
    const fault = typeof error === 'object' ? faultOf(error.code) : null;
    if (fault === null || drain !== undefined) return;
    // What is loaded plays on meanwhile, and dash.js may yet succeed.
    drain = window.setInterval(() => {
      if (isDrained(video)) events.onFault(fault);
    }, drainedCheckMs);
  });
  player.on('fragmentLoadingCompleted', ({ response }) => {
    if (!response) return;
    window.clearInterval(drain);
    drain = undefined;
  });
  player.attachView(video);
  player.setAutoPlay(false);
  player.attachSource(new URL(source.media.dash, location.href).href);

  const range = () => {
    const { start, end, startAsUtc } = ready ? player.getDvrWindow() : {};
    if (start === undefined || end === undefined || !(end > start)) return null;
    if (startAsUtc !== undefined && Number.isFinite(startAsUtc)) epoch = (startAsUtc - start) * 1000;
    if (!player.isDynamic()) return { start, end };
    const live = Math.max(start, end - player.getTargetLiveDelay());
    // What has begun to leave the window may be out of it before it is loaded.
    return { start: start > slideMarginSeconds ? Math.min(start + slideMarginSeconds, live) : start, end: live };
  };

  return {
    kind: 'dash',
    version: `dash.js ${player.getVersion()}`,
    renditions: () =>
      representations().map((representation) => ({
        name: nameOf(representation),
        width: representation.width,
        height: representation.height,
        frameRate: representation.frameRate || 0,
        bitRate: representation.bandwidth,
      })),
    current: () => {
      if (shown !== null) return shown;
      const representation = ready ? player.getCurrentRepresentationForType('video') : null;
      return representation === null ? null : nameOf(representation);
    },
    selected: () => selection,
    select: (wanted) => {
      selection = wanted;
      apply();
    },
    latency: () => {
      const latency = ready ? player.getCurrentLiveLatency() : NaN;
      return latency > 0 ? latency : null;
    },
    range,
    dateAt: (time) => {
      if (epoch === null) range();
      return epoch === null ? null : epoch + time * 1000;
    },
    bandwidth: () => {
      const kilobits = ready ? player.getAverageThroughput('video') : NaN;
      return kilobits > 0 ? kilobits * 1000 : null;
    },
    seek: (time) => player.seekToPresentationTime(time),
    goLive: () => player.seekToOriginalLive(),
    // Else it would play faster, and from maxDrift on jump, back to the delay that it began with.
    followLive: (follows) => {
      player.updateSettings({ streaming: { liveCatchup: { enabled: follows } } });
      if (!follows) video.playbackRate = 1;
    },
    destroy: () => {
      window.clearInterval(drain);
      player.destroy();
    },
  };
}

function faultOf(code: number | null): Fault | null {
  if (code === null) return null;
  if (errors.manifest.has(code) || errors.segments.has(code)) return 'network';
  if (errors.media.has(code)) return 'media';
  return errors.unsupported.has(code) ? 'unsupported' : null;
}
