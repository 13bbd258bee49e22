import type { Channel, Rendition } from '../api/channel';
import type { Recording } from '../api/recording';

/** What a player is given to play: a broadcast under way, or one that was kept. */
export interface Media {
  /** The broadcast's id: the same for as long as it is the same media. */
  id: string;
  isLive: boolean;
  hls: string;
  dash: string;
  /** Those that are known without asking an engine. */
  renditions: Rendition[];
}

/** A channel's broadcast, null while it is offline. */
export function liveMedia(channel: Channel): Media | null {
  if (!channel.live || channel.broadcastId === null) return null;
  const folder = `/live/${encodeURIComponent(channel.slug)}`;
  return {
    id: channel.broadcastId,
    isLive: true,
    hls: `${folder}/index.m3u8`,
    dash: `${folder}/manifest.mpd`,
    renditions: channel.renditions,
  };
}

/** The broadcast has sound now, or a picture, and had none then. */
export const gainedTrack = (then: Media, now: Media): boolean =>
  now.renditions.some(({ kind }) => !then.renditions.some((rendition) => rendition.kind === kind));

export const recordedMedia = ({ id, hls, dash }: Recording): Media => ({
  id,
  isLive: false,
  hls,
  dash,
  renditions: [],
});
