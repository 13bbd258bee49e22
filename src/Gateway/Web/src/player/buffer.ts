/** With less than this left the picture stands still at any moment. */
const drainedSeconds = 0.3;

export const isDrained = (video: HTMLVideoElement) => video.ended || bufferAhead(video) < drainedSeconds;

/** Seconds that can be shown from here without another byte. */
export function bufferAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1 && currentTime < buffered.end(index)) {
      return buffered.end(index) - currentTime;
    }
  }
  return 0;
}
