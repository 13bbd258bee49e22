/** What `GET /api/channels` and `GET /api/channels/<slug>` answer. Bit rates in bit/s, times in ISO 8601. */

export interface ChannelSummary {
  slug: string;
  title: string;
  live: boolean;
  startedAt: string | null;
  viewers: number;
  quality: ChannelQuality | null;
  /** How many there are. */
  recordings: number;
}

export interface Channel extends Omit<ChannelSummary, 'recordings'> {
  broadcastId: string | null;
  renditions: Rendition[];
  ingest: Ingest | null;
  transcoder: Transcoder | null;
  refusal: Refusal | null;
}

/** Why an encoder was refused or cut off, and when, the last time. */
export interface Refusal {
  reason: string;
  at: string;
}

export interface ChannelQuality {
  level: 'full' | 'reduced' | 'source-only';
  reason: string | null;
}

export interface Rendition {
  name: string;
  kind: 'video' | 'audio';
  codec: string;
  width: number;
  height: number;
  frameRate: number;
  peakBitRate: number;
  averageBitRate: number;
}

export interface Ingest {
  state: 'live' | 'interrupted';
  connectedAt: string;
  bitRate: number;
  frameRate: number;
  width: number;
  height: number;
  videoCodec: string;
  audioCodec: string;
  /** Seconds between key frames, null until two have come. */
  keyFrameInterval: number | null;
  encoder: string | null;
  /** What the broadcaster had better change in the encoder, in sentences. */
  advice: string[];
}

export interface Transcoder {
  state: 'off' | 'starting' | 'running' | 'stalled' | 'restarting' | 'unavailable';
  message: string | null;
  restarts: number;
}

/** The answer to creating a channel or a new key. The key is never told again. */
export interface ChannelCredentials {
  slug: string;
  title: string;
  streamKey: string | null;
  rtmpUrl: string;
}

/** What a channel may be called in addresses. */
export const slugPattern = '[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?';
export const slugLengthMax = 63;

/** Characters of the longest title. */
export const titleLengthMax = 140;
