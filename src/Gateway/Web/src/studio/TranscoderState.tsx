import type { Rendition, Transcoder } from '../api/channel';
import { formatBitRate } from '../ui/format';
import { Notice } from '../ui/Notice';

const words: Record<Transcoder['state'], string> = {
  off: 'Off: viewers get what you send.',
  starting: 'Starting.',
  running: 'Running.',
  stalled: 'It gives nothing. Viewers keep the original quality.',
  restarting: 'Restarting. Viewers keep the original quality.',
  unavailable: 'It cannot be used. Viewers get what you send.',
};

/** The further qualities that the server makes of the broadcast. */
export function TranscoderState({ transcoder, renditions }: { transcoder: Transcoder; renditions: Rendition[] }) {
  const { state, message, restarts } = transcoder;
  const video = renditions.filter(({ kind }) => kind === 'video');
  return (
    <div class="transcoder">
      <h3>Qualities for viewers</h3>
      <p class="hint">
        Transcoder: {words[state]}
        {restarts > 0 && ` Restarted ${restarts === 1 ? 'once' : `${restarts} times`}.`}
      </p>
      {message !== null && <Notice kind={state === 'unavailable' ? 'warning' : 'info'}>{message}</Notice>}
      {video.length > 0 && (
        <ul class="rungs">
          {video.map(({ name, height, averageBitRate }) => (
            <li key={name}>
              <strong>{name === 'source' ? `${height}p source` : name}</strong>
              <span>{formatBitRate(averageBitRate)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
