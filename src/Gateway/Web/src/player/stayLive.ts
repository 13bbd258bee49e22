import type Hls from 'hls.js';
import { ErrorDetails, Events } from 'hls.js';

/** Up to this far behind its place a viewer catches up by speed; beyond it, hls.js leaves a viewer where they are. */
const catchUpMaxSeconds = 4;

/** So long without a stall, the distance to the edge that stalls have added is given back. */
const forgiveAfterMs = 30_000;

/**
 * Keeps a viewer at the live edge who wants to be there, when the media has stood still: by one seek where too much was
 * missed to catch up by speed.
 */
export function stayLive(hls: Hls, video: HTMLVideoElement, follows: () => boolean, signal: AbortSignal): void {
  let isReturning = false;
  let stalledAt: number | null = null;

  const look = () => {
    const place = hls.liveSyncPosition;
    if (video.seeking || video.paused || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    const isFar = place !== null && place - video.currentTime >= catchUpMaxSeconds;
    // One seek: where it does not help, another would not either.
    if (isFar && follows() && !isReturning) video.currentTime = place;
    isReturning = isFar;
  };
  video.addEventListener('timeupdate', look, { signal });

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
