import type { ComponentChildren } from 'preact';
import { Icon } from '../ui/Icon';
import type { Playback } from './Playback';

export interface PlayerNoticeProps {
  playback: Playback | null;
  /** The server said what there is to play, or that there is nothing. */
  isKnown: boolean;
  /** The broadcaster is away for a moment. */
  isInterrupted: boolean;
  /** The server did not answer the last question. */
  isUnreachable: boolean;
  /** What is offered when a broadcast is over. */
  atEnd: ComponentChildren;
}

/** What is said over the picture when there is none, or no sound. */
export function PlayerNotice({ playback, isKnown, isInterrupted, isUnreachable, atEnd }: PlayerNoticeProps) {
  if (playback === null || !isKnown) {
    return isUnreachable ? <Words title="The server cannot be reached" text="Trying again." /> : <Spinner />;
  }

  switch (playback.phase) {
    case 'offline':
      return <Words title="The channel is offline" text="The broadcast starts here by itself as soon as it is live." />;
    case 'ended':
      return (
        <Words title="The broadcast has ended" text="If it comes back, it starts here by itself.">
          {atEnd}
        </Words>
      );
    case 'unsupported':
      return <Words title="This browser cannot play this video" text="Any current browser can." />;
    case 'retrying':
      return (
        <Words title={retryWords(playback)} text="">
          <button type="button" class="player-pill" onClick={() => playback.retryNow()}>
            <Icon name="refresh" size={18} /> Try now
          </button>
        </Words>
      );
    case 'opening':
      return playback.awaitsViewer ? <BigPlay playback={playback} /> : <Spinner />;
    case 'playing':
      return <WhilePlaying playback={playback} isInterrupted={isInterrupted} isUnreachable={isUnreachable} />;
  }
}

type WhilePlayingProps = { playback: Playback } & Pick<PlayerNoticeProps, 'isInterrupted' | 'isUnreachable'>;

function WhilePlaying({ playback, isInterrupted, isUnreachable }: WhilePlayingProps) {
  const { video, stalls } = playback;
  if (stalls.isStalled) {
    if (isInterrupted) {
      return <Words title="The broadcaster lost the connection" text="Waiting for the broadcast to go on." />;
    }
    return isUnreachable ? <Words title="Connection lost" text="Waiting for the server." /> : <Spinner />;
  }
  return video.paused || video.ended ? <BigPlay playback={playback} /> : null;
}

function BigPlay({ playback }: { playback: Playback }) {
  return (
    <button
      type="button"
      class="big-play"
      onClick={() => void playback.play()}
      aria-label={playback.video.ended ? 'Play again' : 'Play'}
    >
      <Icon name={playback.video.ended ? 'refresh' : 'play'} size={34} />
    </button>
  );
}

function retryWords({ fault, retryAt }: Playback): string {
  const seconds = Math.max(1, Math.ceil((retryAt - performance.now()) / 1000));
  const what =
    fault === 'media' ? 'The video cannot be decoded' : fault === 'gone' ? 'The video is not there' : 'Connection lost';
  return `${what}, trying again in ${seconds} s`;
}

function Words({ title, text, children }: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="player-words" role="status">
      <p class="player-words-title">{title}</p>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

function Spinner() {
  return <div class="spinner" role="status" aria-label="Loading" />;
}
