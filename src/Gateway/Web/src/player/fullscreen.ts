import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** iPhones show a video in full screen only by its own player. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Whether the player fills the screen, and the switch. */
export function useFullscreen(player: RefObject<HTMLElement | null>, video: RefObject<HTMLVideoElement | null>) {
  const [isFullscreen, setFullscreen] = useState(false);
  useEffect(() => {
    const update = () => setFullscreen(document.fullscreenElement === player.current);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, [player]);

  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void player.current?.requestFullscreen();
    else (video.current as PhoneVideo | null)?.webkitEnterFullscreen?.();
  };
  return [isFullscreen, toggle] as const;
}

export function togglePictureInPicture(video: HTMLVideoElement): void {
  // Both are refused where the browser does not want to, and then nothing is what should happen.
  if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
  else video.requestPictureInPicture().catch(() => {});
}
