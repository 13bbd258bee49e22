import { isDrained } from './buffer';
import type { Engine, Fault, Selection, TimeRange } from './engine';
import { gainedTrack, type Media } from './media';
import { openEngine, preloadEngine, type PlayerChoice } from './openEngine';
import { placeAt, timeOf, type Place } from './place';
import { readPreferences } from './preferences';
import { mergeRenditions } from './renditions';
import { StallCounter } from './StallCounter';

/**
 * Where playback stands. `offline`: there was nothing to play yet; `ended`: there was, and it is over; `retrying`: the
 * engine gave up and is started again at `retryAt`.
 */
export type Phase = 'offline' | 'opening' | 'playing' | 'retrying' | 'ended' | 'unsupported';

const retryDelayMs = 3_000;

/** Errors that are remembered; the newest ones. */
const errorsMax = 100;

/** Further behind than this a viewer is no longer at the live edge, and is not taken back there unasked. */
const behindLiveMaxSeconds = 3;

/** A seek that ends this near to the live edge is a wish to be there. */
const liveSnapSeconds = 1.5;

/**
 * Media on a video element: opens an engine when there is something to play, starts it again where the viewer was when
 * it fails, and leaves it when a broadcast is over. It is told what there is by whoever asks the server.
 */
export class Playback {
  phase: Phase = 'offline';
  fault: Fault | null = null;
  retryAt = 0;
  switches = 0;
  /** The browser allowed playback without sound only. */
  mutedByBrowser = false;
  engine: Engine | null = null;
  /** What engines reported, whether they got over it or not. */
  errors: string[] = [];
  /** The viewer is at the live edge and is kept there; else where they are is their own choice. */
  followsLive = true;
  readonly stalls: StallCounter;

  /** What the server has to play, null when nothing. */
  private media: Media | null = null;
  /** What is played; it may be over already. */
  private opened: Media | null = null;
  /** Where to go on once the engine knows what it plays. */
  private resume: Place | null = null;
  private opening: AbortController | null = null;
  private retryTimer: number | undefined;
  private wantsToPlay = true;
  private needsClick = false;
  private readonly life = new AbortController();

  constructor(
    readonly video: HTMLVideoElement,
    private choice: PlayerChoice,
    private selection: Selection,
    private readonly notify: () => void,
    private readonly ask: () => Promise<void>,
  ) {
    preloadEngine(choice);
    const { signal } = this.life;
    const { volume, muted } = readPreferences();
    video.volume = volume;
    video.muted = muted;
    this.stalls = new StallCounter(video, () => this.onStall(), signal);
    video.addEventListener('playing', () => this.enter('playing'), { signal });
    video.addEventListener('ended', () => this.onEnded(), { signal });
    for (const event of ['loadedmetadata', 'canplay'] as const) {
      video.addEventListener(event, () => this.goOn(), { signal });
    }
    // A player that sets its decoder up anew after an error leaves the video paused.
    video.addEventListener(
      'loadedmetadata',
      () => {
        if (this.wantsToPlay && !this.needsClick && video.paused) video.play().catch(() => {});
      },
      { signal },
    );
    // Who paused before the engine was started again sees where they are.
    video.addEventListener('canplay', () => !this.wantsToPlay && this.enter('playing'), { signal });
    for (const event of ['seeked', 'playing'] as const) {
      video.addEventListener(event, () => this.noteEdge(), { signal });
    }
    video.addEventListener(
      'volumechange',
      () => {
        if (!video.muted) this.mutedByBrowser = false;
        this.notify();
      },
      { signal },
    );
    for (const event of ['pause', 'play', 'waiting', 'resize', 'seeked'] as const) {
      video.addEventListener(event, () => this.notify(), { signal });
    }
  }

  get player(): PlayerChoice {
    return this.choice;
  }

  /** It plays once the viewer says so: the browser asks for a click, or the viewer paused. */
  get awaitsViewer(): boolean {
    return this.needsClick || !this.wantsToPlay;
  }

  /** Every rendition that can be chosen, the engine's and those the server offers since. */
  get renditions() {
    return mergeRenditions(this.engine?.renditions() ?? [], this.media?.renditions ?? []);
  }

  /** What is played, null when nothing. */
  get playedMedia(): Media | null {
    return this.opened;
  }

  dateAt(time: number): number | null {
    return this.engine?.dateAt(time) ?? null;
  }

  get isLive(): boolean {
    return this.opened?.isLive ?? true;
  }

  /** Where the viewer can go, null while that is unknown. */
  get range(): TimeRange | null {
    return this.engine?.range() ?? null;
  }

  /** Seconds behind the place where a viewer who joins now begins. */
  get behindLive(): number {
    return this.isLive ? Math.max(0, (this.range?.end ?? 0) - this.video.currentTime) : 0;
  }

  get isAtLive(): boolean {
    return this.isLive && this.followsLive && !this.video.paused && this.behindLive < behindLiveMaxSeconds;
  }

  setMedia(media: Media | null): void {
    this.media = media;
    if (media === null) {
      if (this.engine === null || this.stalls.isStalled || isDrained(this.video)) this.finish();
    } else if (media.id !== this.opened?.id || this.phase === 'offline' || this.phase === 'ended') {
      if (media.id !== this.opened?.id) this.beginAnew();
      this.opened = media;
      this.open();
    } else if (
      this.opened !== null &&
      this.engine !== null &&
      this.engine.kind !== 'dash' &&
      gainedTrack(this.opened, media)
    ) {
      // HLS players never read their multivariant playlist again: what it did not have then they would never play.
      this.opened = media;
      this.open();
    }
    this.notify();
  }

  usePlayer(choice: PlayerChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    if (this.media !== null) this.open();
    this.notify();
  }

  select(selection: Selection): void {
    this.selection = selection;
    const isKnown = selection === 'auto' || this.engine?.renditions().some(({ name }) => name === selection);
    if (this.engine !== null && isKnown) this.engine.select(selection);
    else if (this.media !== null) this.open();
  }

  async play(): Promise<void> {
    const { video } = this;
    // Who paused goes on where they were; who was never shown anything begins at the live edge.
    if (video.paused && this.behindLive > behindLiveMaxSeconds && this.resume === null) {
      if (this.phase === 'playing') this.follow(false);
      else this.engine?.goLive();
    }
    this.wantsToPlay = true;
    this.needsClick = false;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      if (video.muted) {
        this.needsClick = true;
      } else {
        video.muted = true;
        this.mutedByBrowser = true;
        await this.play();
      }
      this.notify();
    }
  }

  pause(): void {
    this.wantsToPlay = false;
    this.video.pause();
  }

  togglePlay(): void {
    if (this.video.paused) void this.play();
    else this.pause();
  }

  /** Goes to that place. At the end of a live broadcast it is the live edge. */
  seek(time: number): void {
    const { range } = this;
    if (range === null) return;
    if (this.isLive && time > range.end - liveSnapSeconds) {
      this.toLive();
    } else {
      this.follow(false);
      this.engine?.seek(Math.min(Math.max(time, range.start), range.end));
    }
    this.notify();
  }

  seekBy(seconds: number): void {
    // Forward at the live edge there is nothing.
    if (seconds > 0 && this.isAtLive) return;
    this.seek(this.video.currentTime + seconds);
  }

  goLive(): void {
    if (!this.isLive) return;
    this.toLive();
    void this.play();
  }

  retryNow(): void {
    if (this.media !== null) this.open();
    else void this.ask();
  }

  dispose(): void {
    this.life.abort();
    this.close();
  }

  private open(): void {
    this.close();
    this.enter('opening');
    const opening = new AbortController();
    this.opening = opening;
    const { media } = this;
    if (media === null) return;
    const ifCurrent =
      <A extends unknown[]>(action: (...args: A) => void) =>
      (...args: A) => {
        if (!opening.signal.aborted) action(...args);
      };
    openEngine(
      this.choice,
      this.video,
      { media, selection: this.selection },
      {
        onChange: ifCurrent(() => this.notify()),
        onSwitch: ifCurrent(() => this.switches++),
        onError: (what) => (this.errors = [...this.errors, what].slice(-errorsMax)),
        onFault: ifCurrent((fault) => this.onFault(fault)),
      },
      opening.signal,
    ).then(
      ifCurrent((engine) => {
        this.engine = engine;
        engine?.followLive(this.followsLive);
        if (engine !== null && this.wantsToPlay) void this.play();
        this.notify();
      }),
      ifCurrent(() => this.onFault('network')),
    );
  }

  private close(): void {
    window.clearTimeout(this.retryTimer);
    this.opening?.abort();
    this.opening = null;
    if (this.engine !== null && this.phase === 'playing' && !(this.isLive && this.followsLive)) {
      this.resume = placeAt(this.engine, this.video.currentTime);
    }
    this.engine?.destroy();
    this.engine = null;
  }

  /** Goes to where the viewer was before the engine was started again. */
  private goOn(): void {
    const time = this.engine === null || this.resume === null ? null : timeOf(this.engine, this.resume);
    if (time === null) return;
    this.resume = null;
    this.engine?.seek(time);
  }

  /** A viewer whom the broadcast took to the live edge, because their place has left the window, is there again. */
  private noteEdge(): void {
    if (this.followsLive || this.resume !== null || this.range === null) return;
    if (this.behindLive < liveSnapSeconds) this.follow(true);
  }

  private toLive(): void {
    this.follow(true);
    this.engine?.goLive();
  }

  private follow(follows: boolean): void {
    this.followsLive = follows;
    this.engine?.followLive(follows);
  }

  private beginAnew(): void {
    this.resume = null;
    this.followsLive = true;
  }

  private onFault(fault: Fault): void {
    this.close();
    this.fault = fault;
    if (fault === 'unsupported') {
      this.enter('unsupported');
      return;
    }
    this.retryAt = performance.now() + retryDelayMs;
    this.enter('retrying');
    this.retryTimer = window.setTimeout(() => this.retryNow(), retryDelayMs);
    // The likeliest reason is that the broadcast is over. Ask rather than guess.
    void this.ask();
  }

  private onEnded(): void {
    // A recording stays as it is: one can go back in it.
    if (!this.isLive) return;
    if (this.media !== null) this.onFault('gone');
    else this.finish();
    void this.ask();
  }

  private onStall(): void {
    if (this.media === null) {
      this.finish();
      return;
    }
    // hls.js never reads its multivariant playlist again: a slow line is a reason to take renditions that came later.
    const hasNewer = this.engine !== null && this.renditions.length > this.engine.renditions().length;
    if (hasNewer && this.engine?.kind === 'hls' && this.selection === 'auto') this.open();
    this.notify();
  }

  private finish(): void {
    if (this.phase === 'offline' || this.phase === 'ended') return;
    this.close();
    this.enter('ended');
    this.opened = null;
    this.beginAnew();
  }

  private enter(phase: Phase): void {
    if (phase === 'playing' && this.engine === null) return;
    if (phase === 'playing') this.fault = null;
    this.phase = phase;
    this.notify();
  }
}
