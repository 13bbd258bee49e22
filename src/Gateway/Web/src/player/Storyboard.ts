import type { Media } from './media';
import { firstVideoPlaylist, parseMediaPlaylist, type ListedSegment } from './mediaPlaylist';

/** A place in a broadcast: on the video's clock, and on the wall's where that is known. */
export interface Moment {
  time: number;
  date: number | null;
}

/** With what is known of a live broadcast this much behind, it is looked what came since. */
const staleMs = 8_000;
const reloadPauseMs = 4_000;

/**
 * The pictures along the scrub bar. The server has one of every segment, named by its media sequence number: a name that
 * stands for one picture for ever, which browsers and caches keep, as they could not with one that says a time. Which
 * segment is where is read from an HLS media playlist, whatever engine plays: when somebody looks for a picture for
 * the first time, and of a live broadcast again when they look past its end.
 */
export class Storyboard {
  private segments: ListedSegment[] = [];
  private playlist: string | null = null;
  private loading: Promise<void> | null = null;
  private loadedAt = -Infinity;

  constructor(private readonly media: Media) {}

  /** Address of the picture nearest to that moment; null when there is none. */
  async pictureAt(moment: Moment): Promise<string | null> {
    if (this.isStale(moment)) await (this.loading ??= this.load().finally(() => (this.loading = null)));
    const segment = this.find(moment);
    return segment === null || this.playlist === null
      ? null
      : new URL(`../thumbnails/${segment.mediaSequence}.jpg`, this.playlist).href;
  }

  /** Wall-clock time at a moment of a recording, null before it is known. */
  dateAt(moment: Moment): number | null {
    if (moment.date !== null) return moment.date;
    const segment = this.find(moment);
    return segment === null || Number.isNaN(segment.date) ? null : segment.date + (moment.time - segment.start) * 1000;
  }

  private isStale({ date }: Moment): boolean {
    const last = this.segments.at(-1);
    if (performance.now() - this.loadedAt < reloadPauseMs) return false;
    if (last === undefined) return true;
    return this.media.isLive && date !== null && date > last.date + last.duration * 1000 + staleMs;
  }

  private async load(): Promise<void> {
    this.loadedAt = performance.now();
    try {
      if (this.playlist === null) {
        const address = new URL(this.media.hls, location.href).href;
        const first = firstVideoPlaylist(await textOf(address));
        if (first === null) return;
        this.playlist = new URL(first, address).href;
      }
      this.segments = parseMediaPlaylist(await textOf(this.playlist)).filter(({ isGap }) => !isGap);
    } catch {
      // A preview without a picture still tells the time.
    }
  }

  /** The last segment that begins at or before that moment; of a live broadcast by date, for windows move. */
  private find({ time, date }: Moment): ListedSegment | null {
    const byDate = this.media.isLive && date !== null;
    const beginsBefore = (segment: ListedSegment) => (byDate ? segment.date <= date : segment.start <= time);
    let [low, high] = [0, this.segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const segment = this.segments[middle];
      if (segment !== undefined && beginsBefore(segment)) low = middle + 1;
      else high = middle;
    }
    return this.segments[Math.max(0, low - 1)] ?? null;
  }
}

async function textOf(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}
