/** Counts the times that playback stopped for want of media, and for how long. A pause or a seek is none. */
export class StallCounter {
  count = 0;
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
    this.totalMs += performance.now() - this.stalledSince;
    this.stalledSince = null;
  }
}
