import { serverNow } from '../api/serverClock';
import type { Engine, EngineEvents, EngineSource } from './engine';
import { nameFromHeight } from './renditions';

/** Safari's word on the wall-clock time of media time zero, from EXT-X-PROGRAM-DATE-TIME. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

/** Where a viewer begins who joins now: three target durations from the end of what can be played. */
const holdBackSeconds = 6;

export function canPlayHls(video: HTMLVideoElement): boolean {
  return video.canPlayType('application/vnd.apple.mpegurl') !== '';
}

/** A browser that plays HLS by itself and has no Media Source Extensions. It chooses the rendition. */
export function createNativeEngine(video: DatedVideo, source: EngineSource, events: EngineEvents): Engine {
  const abort = new AbortController();
  const live = () =>
    video.seekable.length === 0 ? null : video.seekable.end(video.seekable.length - 1) - holdBackSeconds;

  video.addEventListener('error', () => events.onFault(faultOf(video.error)), { signal: abort.signal });
  video.addEventListener(
    'resize',
    () => {
      events.onSwitch();
      events.onChange();
    },
    { signal: abort.signal },
  );
  video.src = `/live/${encodeURIComponent(source.slug)}/index.m3u8`;

  return {
    kind: 'native',
    version: 'the browser’s own HLS',
    renditions: () => [],
    current: () => (video.videoHeight > 0 ? nameFromHeight(video.videoHeight) : null),
    selected: () => 'auto',
    select: () => {},
    latency: () => {
      const start = video.getStartDate?.().getTime() ?? NaN;
      return Number.isNaN(start) ? null : (serverNow() - start) / 1000 - video.currentTime;
    },
    behindLive: () => Math.max(0, (live() ?? video.currentTime) - video.currentTime),
    bandwidth: () => null,
    goLive: () => {
      const position = live();
      if (position !== null) video.currentTime = position;
    },
    destroy: () => {
      abort.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}

const faultOf = (error: MediaError | null) => (error?.code === MediaError.MEDIA_ERR_DECODE ? 'media' : 'network');
