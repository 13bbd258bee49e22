import type { Channel } from '../api/channel';
import { isDrained } from './buffer';
import type { Engine, Fault, Selection } from './engine';
import { openEngine, preloadEngine, type PlayerChoice } from './openEngine';
import { readPreferences } from './preferences';
import { mergeRenditions } from './renditions';
import { StallCounter } from './StallCounter';

/**
 * Where a broadcast's playback stands. `offline`: none was seen yet; `ended`: one was, and is over; `retrying`: the
 * engine gave up and is started again at `retryAt`.
 */
export type Phase = 'offline' | 'opening' | 'playing' | 'retrying' | 'ended' | 'unsupported';

const retryDelayMs = 3_000;

/** Errors that are remembered; the newest ones. */
const errorsMax = 100;

/**
 * A channel on a video element: opens an engine when the channel is live, starts it again when it fails, and leaves it
 * when the broadcast is over. It is told of the channel by whoever polls it.
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
  readonly stalls: StallCounter;

  private channel: Channel | null = null;
  private broadcastId: string | null = null;
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
    private readonly askChannel: () => Promise<void>,
  ) {
    preloadEngine(choice);
    const { signal } = this.life;
    const { volume, muted } = readPreferences();
    video.volume = volume;
    video.muted = muted;
    this.stalls = new StallCounter(video, () => this.onStall(), signal);
    video.addEventListener('playing', () => this.enter('playing'), { signal });
    video.addEventListener('ended', () => this.onEnded(), { signal });
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

  /** Every rendition that can be chosen, the engine's and those the channel offers since. */
  get renditions() {
    return mergeRenditions(this.engine?.renditions() ?? [], this.channel?.renditions ?? []);
  }

  setChannel(channel: Channel): void {
    const before = this.broadcastId;
    this.channel = channel;
    if (!channel.live) {
      if (this.engine === null || this.stalls.isStalled || isDrained(this.video)) this.finish();
    } else if (channel.broadcastId !== before || this.phase === 'offline' || this.phase === 'ended') {
      this.broadcastId = channel.broadcastId;
      this.open();
    }
    this.notify();
  }

  usePlayer(choice: PlayerChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    if (this.channel?.live) this.open();
    this.notify();
  }

  select(selection: Selection): void {
    this.selection = selection;
    const isKnown = selection === 'auto' || this.engine?.renditions().some(({ name }) => name === selection);
    if (this.engine !== null && isKnown) this.engine.select(selection);
    else if (this.channel?.live) this.open();
  }

  async play(): Promise<void> {
    this.wantsToPlay = true;
    this.needsClick = false;
    const { video } = this;
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

  togglePlay(): void {
    if (this.video.paused) {
      void this.play();
    } else {
      this.wantsToPlay = false;
      this.video.pause();
    }
  }

  goLive(): void {
    this.engine?.goLive();
    void this.play();
  }

  retryNow(): void {
    if (this.channel?.live) this.open();
    else void this.askChannel();
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
    const ifCurrent =
      <A extends unknown[]>(action: (...args: A) => void) =>
      (...args: A) => {
        if (!opening.signal.aborted) action(...args);
      };
    openEngine(
      this.choice,
      this.video,
      { slug: this.channel?.slug ?? '', selection: this.selection },
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
    this.engine?.destroy();
    this.engine = null;
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
    void this.askChannel();
  }

  private onEnded(): void {
    if (this.channel?.live) this.onFault('gone');
    else this.finish();
    void this.askChannel();
  }

  private onStall(): void {
    if (this.channel?.live === false) {
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
    this.broadcastId = null;
  }

  private enter(phase: Phase): void {
    if (phase === 'playing' && this.engine === null) return;
    if (phase === 'playing') this.fault = null;
    this.phase = phase;
    this.notify();
  }
}
