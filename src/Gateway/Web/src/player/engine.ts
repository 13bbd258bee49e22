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
  /** Something went wrong that it may get over by itself; in the engine's own words. */
  onHiccup: (what: string) => void;
  /** It cannot go on by itself. Nothing more comes from it. */
  onFault: (fault: Fault) => void;
}

export interface EngineSource {
  slug: string;
  selection: Selection;
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
  /** Seconds behind the place where a viewer who joins now begins. */
  behindLive(): number;
  /** Estimated download rate in bit/s. */
  bandwidth(): number | null;
  goLive(): void;
  destroy(): void;
}
