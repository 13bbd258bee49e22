import type Hls from 'hls.js';
import { ErrorDetails, Events } from 'hls.js';

/** Up to this far behind its place a viewer catches up by speed; beyond it, hls.js leaves a viewer where they are. */
const catchUpMaxSeconds = 4;

/** hls.js skips what is missing in the buffer up to about this. */
const gapMaxSeconds = 2;

/** So long without a stall, the distance to the edge that stalls have added is given back. */
const forgiveAfterMs = 30_000;

/**
 * Brings a viewer back who was at the live edge when the media stood still: by one seek where too much was missed to catch up
 * by speed. Who was further back by choice stays there.
 */
export function returnToLive(hls: Hls, video: HTMLVideoElement, signal: AbortSignal): void {
  let isLive = false;
  let shownAt = 0;
  let stalledAt: number | null = null;

  const behind = () => (hls.liveSyncPosition ?? video.currentTime) - video.currentTime;
  const look = () => {
    if (video.seeking || video.paused || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    const hasMissed = isLive && behind() >= catchUpMaxSeconds;
    isLive = behind() < catchUpMaxSeconds;
    shownAt = video.currentTime;
    if (hasMissed && hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
  };
  video.addEventListener('timeupdate', look, { signal });
  video.addEventListener('pause', () => (isLive = false), { signal });
  video.addEventListener(
    'seeking',
    () => {
      // A short seek is hls.js over a gap, a long one a wish.
      if (Math.abs(video.currentTime - shownAt) > gapMaxSeconds) isLive = false;
    },
    { signal },
  );

  // hls.js keeps further from the edge after each stall, and for good.
  hls.on(Events.ERROR, (_, { details }) => {
    if (details === ErrorDetails.BUFFER_STALLED_ERROR) stalledAt = performance.now();
  });
  hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
    if (stalledAt === null || performance.now() - stalledAt < forgiveAfterMs) return;
    stalledAt = null;
    // To set it forgets the stalls; to nothing else than what the playlist asks for.
    if (details.partHoldBack > 0) hls.targetLatency = details.partHoldBack;
  });
}
