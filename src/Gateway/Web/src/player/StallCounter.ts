/** A time that playback stood still: when it began, ms since 1970, and how long it took. */
export interface Stall {
  readonly at: number;
  readonly seconds: number;
}

/** Stalls that are remembered; the newest ones. */
const stallsMax = 100;

/** Counts the times that playback stopped for want of media, and for how long. A pause or a seek is none. */
export class StallCounter {
  count = 0;
  /** Those that are over. */
  past: readonly Stall[] = [];
  private stalledSince: number | null = null;
  private totalMs = 0;
  private hasPlayed = false;

  constructor(
    video: HTMLVideoElement,
    private readonly onStall: () => void,
    signal: AbortSignal,
  ) {
    video.addEventListener('waiting', () => this.onWaiting(video), { signal });
    video.addEventListener('playing', () => this.onPlaying(), { signal });
    for (const event of ['pause', 'emptied', 'ended'] as const) {
      video.addEventListener(event, () => this.endStall(), { signal });
    }
    video.addEventListener('emptied', () => (this.hasPlayed = false), { signal });
  }

  get isStalled(): boolean {
    return this.stalledSince !== null;
  }

  get totalSeconds(): number {
    const running = this.stalledSince === null ? 0 : performance.now() - this.stalledSince;
    return (this.totalMs + running) / 1000;
  }

  private onWaiting(video: HTMLVideoElement) {
    if (!this.hasPlayed || video.seeking || video.paused || video.ended || this.isStalled) return;
    this.count++;
    this.stalledSince = performance.now();
    this.onStall();
  }

  private onPlaying() {
    this.hasPlayed = true;
    this.endStall();
  }

  private endStall() {
    if (this.stalledSince === null) return;
    const ms = performance.now() - this.stalledSince;
    this.past = [...this.past, { at: Date.now() - ms, seconds: ms / 1000 }].slice(-stallsMax);
    this.totalMs += ms;
    this.stalledSince = null;
  }
}
