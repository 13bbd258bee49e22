import type Hls from 'hls.js';
import { ErrorDetails, Events } from 'hls.js';
import { bufferAhead } from './buffer';

/**
 * A viewer who is late by more than the first catches up by speed until it is less than the second. hls.js itself does
 * so with every part that comes and stops with every part that is played: several changes of speed a second, for ever.
 */
const lateMaxSeconds = 0.25;
const lateEnoughSeconds = 0.1;

/** Speeds of those who are less and more than a second late. The first is not heard. */
const speeds = { little: 1.05, much: 1.15 };

/** With less than this in hand nobody plays faster, and not again for a while. */
const bufferMinSeconds = 0.55;
const restMs = 10_000;

/** A viewer who is later than this comes back by a seek: the media stood still for long. */
const catchUpMaxSeconds = 4;

/** So long without a stall, the distance to the edge that hls.js adds for stalls is given back. */
const forgiveAfterMs = 30_000;

/**
 * Keeps a viewer who wants to be at the live edge at the distance from it that the playlist asks for, through stalls
 * and outages.
 */
export function keepToLiveEdge(hls: Hls, video: HTMLVideoElement, follows: () => boolean, signal: AbortSignal): void {
  let isReturning = false;
  let speed = 1;
  let restsUntil = 0;
  let stalledAt: number | null = null;

  const speedFor = (seconds: number) => {
    const isFast = speed > 1;
    if (isReturning || seconds < (isFast ? lateEnoughSeconds : lateMaxSeconds)) return 1;
    if (isFast && bufferAhead(video) < bufferMinSeconds) restsUntil = performance.now() + restMs;
    if (performance.now() < restsUntil) return 1;
    return seconds > 1 ? speeds.much : Math.max(speed, speeds.little);
  };

  const look = () => {
    const place = hls.liveSyncPosition;
    if (video.seeking || video.paused || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    const seconds = place !== null && follows() && hls.latestLevelDetails?.live ? place - video.currentTime : 0;
    const isFar = seconds >= catchUpMaxSeconds;
    // One seek: where it does not help, another would not either.
    if (isFar && !isReturning) video.currentTime += seconds;
    isReturning = isFar;
    // Only what was set here is undone: a viewer who looks back may like another speed.
    const wanted = speedFor(seconds);
    if (wanted !== speed) video.playbackRate = wanted;
    speed = wanted;
  };

  video.addEventListener('timeupdate', look, { signal });
  video.addEventListener('emptied', () => (speed = 1), { signal });

  hls.on(Events.ERROR, (_, { details }) => {
    if (details === ErrorDetails.BUFFER_STALLED_ERROR) stalledAt = performance.now();
  });
  hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
    if (stalledAt === null || performance.now() - stalledAt < forgiveAfterMs) return;
    stalledAt = null;
    // To set it makes hls.js forget the stalls.
    if (details.partHoldBack > 0) hls.targetLatency = details.partHoldBack;
  });
}
