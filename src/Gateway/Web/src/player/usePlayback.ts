import type { RefObject } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Selection } from './engine';
import type { Media } from './media';
import type { PlayerChoice } from './openEngine';
import { Playback } from './Playback';
import { exposeHandle } from './testHandle';

/** How often what is measured, not told, is looked at again: latency, buffer, dropped frames. */
const sampleMs = 500;

export interface PlaybackOptions {
  /** What there is to play: null when nothing, undefined while that is not known. */
  media: Media | null | undefined;
  choice: PlayerChoice;
  selection: Selection;
  startsMuted: boolean;
  ask: () => Promise<void>;
}

/** A playback on the referenced video for the component's life; the component renders again whenever it changes. */
export function usePlayback(video: RefObject<HTMLVideoElement | null>, options: PlaybackOptions): Playback | null {
  const [playback, setPlayback] = useState<Playback | null>(null);
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  const first = useRef(options);

  useEffect(() => {
    if (!video.current) return;
    const { choice, selection, startsMuted, ask } = first.current;
    const created = new Playback(video.current, choice, selection, () => renderAgain(undefined), ask);
    if (startsMuted) video.current.muted = true;
    const hideHandle = exposeHandle(created);
    const sampler = window.setInterval(() => renderAgain(undefined), sampleMs);
    setPlayback(created);
    return () => {
      window.clearInterval(sampler);
      hideHandle();
      created.dispose();
    };
  }, [video]);

  useEffect(() => {
    if (playback !== null && options.media !== undefined) playback.setMedia(options.media);
  }, [playback, options.media]);

  return playback;
}
