import { Icon } from '../ui/Icon';

/** Shown while nobody is live: how to be the first. */
export function FirstSteps({ hasChannels }: { hasChannels: boolean }) {
  return (
    <section class="first-steps">
      <div class="first-steps-icon">
        <Icon name="broadcast" size={30} />
      </div>
      <div>
        <h2>{hasChannels ? 'Nobody is live right now' : 'Your first broadcast is three steps away'}</h2>
        <p class="lead">
          {hasChannels
            ? 'This page shows a broadcast as soon as it starts. Going live yourself takes three steps:'
            : 'No channel was made here yet. To go live:'}
        </p>
        <ol class="steps">
          <li>
            <strong>Make a channel.</strong> You need the admin token: the server says at its start where it is.
          </li>
          <li>
            <strong>Enter the server and the stream key</strong> in OBS or ffmpeg. The studio shows both.
          </li>
          <li>
            <strong>Start streaming.</strong> The broadcast appears here within seconds.
          </li>
        </ol>
        <a class="button button-primary" href="/admin">
          {hasChannels ? 'Manage channels' : 'Make a channel'}
        </a>
      </div>
    </section>
  );
}
