import type { Rendition } from '../api/channel';
import { formatBitRate, formatFrameRate } from '../ui/format';
import type { EngineRendition } from './engine';

export const sourceName = 'source';

/** The rendition's name is the folder of its media playlist: `…/720p/index.m3u8`. */
export function nameFromPlaylist(address: string, height: number): string {
  const folder = new URL(address, location.href).pathname.split('/').at(-2);
  return folder !== undefined && /^(source|audio|\d+p\d*)$/.test(folder) ? folder : nameFromHeight(height);
}

export const nameFromHeight = (height: number) => `${height}p`;

/** What the engine can play now, then what the channel offers since the engine read its manifest; highest first. */
export function mergeRenditions(engine: EngineRendition[], channel: Rendition[]): EngineRendition[] {
  const merged = new Map(engine.map((rendition) => [rendition.name, rendition]));
  for (const { name, kind, width, height, frameRate, peakBitRate } of channel) {
    if (kind !== 'video') continue;
    const known = merged.get(name);
    merged.set(name, {
      name,
      width: known?.width || width,
      height: known?.height || height,
      frameRate: frameRate || (known?.frameRate ?? 0),
      bitRate: known?.bitRate || peakBitRate,
    });
  }
  return [...merged.values()].sort(
    (one, other) =>
      other.height - one.height ||
      Number(other.name === sourceName) - Number(one.name === sourceName) ||
      other.bitRate - one.bitRate,
  );
}

/** `720p`, or `720p50` where the frame rate is more than a film's or a television's. */
export function heightLabel({ height, frameRate }: EngineRendition): string {
  return frameRate > 31 ? `${height}p${Math.round(frameRate)}` : `${height}p`;
}

export function rateLabel({ frameRate, bitRate }: EngineRendition): string {
  const parts = [frameRate > 0 ? `${formatFrameRate(frameRate)} fps` : '', bitRate > 0 ? formatBitRate(bitRate) : ''];
  return parts.filter(Boolean).join(', ');
}
