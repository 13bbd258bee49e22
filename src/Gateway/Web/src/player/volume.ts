import { writePreferences } from './preferences';

/** Volume as the viewer sets it. Touching the volume is also a wish to hear something. */
export function setVolume(video: HTMLVideoElement, volume: number): void {
  video.volume = Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
  video.muted = video.volume === 0;
  remember(video);
}

export function toggleMute(video: HTMLVideoElement): void {
  if (video.muted && video.volume === 0) video.volume = 0.5;
  video.muted = !video.muted;
  remember(video);
}

const remember = ({ volume, muted }: HTMLVideoElement) => writePreferences({ volume, muted });
