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
  const range = () => {
    const { seekable } = video;
    if (seekable.length === 0) return null;
    const [start, end] = [seekable.start(0), seekable.end(seekable.length - 1)];
    return { start, end: source.media.isLive ? Math.max(start, end - holdBackSeconds) : end };
  };
  const epoch = () => {
    const start = video.getStartDate?.().getTime() ?? NaN;
    return Number.isNaN(start) ? null : start;
  };

  video.addEventListener('error', () => events.onFault(faultOf(video.error)), { signal: abort.signal });
  video.addEventListener(
    'resize',
    () => {
      events.onSwitch();
      events.onChange();
    },
    { signal: abort.signal },
  );
  video.src = source.media.hls;

  return {
    kind: 'native',
    version: 'the browser’s own HLS',
    renditions: () => [],
    current: () => (video.videoHeight > 0 ? nameFromHeight(video.videoHeight) : null),
    selected: () => 'auto',
    select: () => {},
    latency: () => {
      const start = source.media.isLive ? epoch() : null;
      return start === null ? null : (serverNow() - start) / 1000 - video.currentTime;
    },
    range,
    dateAt: (time) => {
      const start = epoch();
      return start === null ? null : start + time * 1000;
    },
    bandwidth: () => null,
    seek: (time) => (video.currentTime = time),
    goLive: () => {
      const at = range();
      if (at !== null) video.currentTime = at.end;
    },
    followLive: () => {},
    destroy: () => {
      abort.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}

const faultOf = (error: MediaError | null) => (error?.code === MediaError.MEDIA_ERR_DECODE ? 'media' : 'network');
