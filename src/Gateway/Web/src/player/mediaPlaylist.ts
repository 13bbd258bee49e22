/** A segment as an HLS media playlist lists it. RFC 8216 §4.3. */
export interface ListedSegment {
  mediaSequence: number;
  /** Seconds from the first segment that is listed. */
  start: number;
  duration: number;
  /** Wall-clock time of its first picture, in ms since 1970; NaN without one. */
  date: number;
  isGap: boolean;
}

/** The complete segments of a media playlist. */
export function parseMediaPlaylist(text: string): ListedSegment[] {
  const segments: ListedSegment[] = [];
  let mediaSequence = 0;
  let start = 0;
  let duration = 0;
  let date = NaN;
  let isGap = false;
  for (const line of text.split('\n')) {
    const [tag = '', value = ''] = split(line.trim());
    if (tag === '#EXT-X-MEDIA-SEQUENCE') mediaSequence = Number(value);
    else if (tag === '#EXT-X-PROGRAM-DATE-TIME') date = Date.parse(value);
    else if (tag === '#EXT-X-GAP') isGap = true;
    else if (tag === '#EXTINF') duration = Number.parseFloat(value);
    else if (tag !== '' && !tag.startsWith('#')) {
      segments.push({ mediaSequence: mediaSequence++, start, duration, date, isGap });
      start += duration;
      date += duration * 1000;
      isGap = false;
    }
  }
  return segments;
}

/** The address of the first media playlist with a picture in a multivariant playlist, null when there is none. */
export function firstVideoPlaylist(text: string): string | null {
  const lines = text.split('\n').map((line) => line.trim());
  const variant = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF:') && line.includes('RESOLUTION='));
  return variant < 0 ? null : (lines.slice(variant + 1).find((line) => line !== '' && !line.startsWith('#')) ?? null);
}

function split(line: string): [string, string] {
  const colon = line.startsWith('#') ? line.indexOf(':') : -1;
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
}
