import type { Media } from './media';

/** What the player needs of hls.js, dash.js and a browser's own HLS. Each adapter is one file beside this one. */

export type EngineKind = 'hls' | 'dash' | 'native';

/** A rendition's name as in addresses, or the engine's own choice. */
export type Selection = string | 'auto';

export interface EngineRendition {
  name: string;
  width: number;
  height: number;
  /** 0 when the manifest does not say. */
  frameRate: number;
  bitRate: number;
}

/** Why an engine gave up. `gone`: the server says that there is no such broadcast. */
export type Fault = 'network' | 'gone' | 'media' | 'unsupported';

export interface EngineEvents {
  /** Renditions, the current one or the selection are not what they were. */
  onChange: () => void;
  /** Another rendition began to show. */
  onSwitch: () => void;
  /** The engine reports an error, whether it gets over it or not: for the record. */
  onError: (what: string) => void;
  /** It cannot go on by itself. Nothing more comes from it. */
  onFault: (fault: Fault) => void;
}

export interface EngineSource {
  media: Media;
  selection: Selection;
}

/** A stretch of the video's clock, in seconds. */
export interface TimeRange {
  start: number;
  end: number;
}

export interface Engine {
  readonly kind: EngineKind;
  readonly version: string;
  renditions(): EngineRendition[];
  /** The rendition that is shown. */
  current(): string | null;
  selected(): Selection;
  select(selection: Selection): void;
  /** Seconds from the arrival of the picture at the server to the screen, null while unknown. The encoder is not in it. */
  latency(): number | null;
  /** Where one can go. Of a live broadcast it ends where a viewer who joins now begins. Null while unknown. */
  range(): TimeRange | null;
  /** Wall-clock time of what is shown at that place, in ms since 1970, null while unknown. */
  dateAt(time: number): number | null;
  /** Estimated download rate in bit/s. */
  bandwidth(): number | null;
  seek(time: number): void;
  goLive(): void;
  /** Whether to play a little faster where the live edge gets away, or to leave the viewer where they are. */
  followLive(follows: boolean): void;
  destroy(): void;
}
