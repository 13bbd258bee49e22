import type { Channel, Ingest } from '../api/channel';
import { formatBitRate, formatClock, formatDate, formatFrameRate, formatSeconds, formatViewers } from '../ui/format';
import { Definitions } from '../ui/Definitions';
import { Notice } from '../ui/Notice';
import { useNow } from '../ui/useNow';
import { qualitySentence } from '../watch/quality';
import { Sparkline } from './Sparkline';
import { TranscoderState } from './TranscoderState';
import { useHistory } from './useHistory';

/** What comes in from the broadcaster, as the server measures it. */
export function IngestPanel({ channel }: { channel: Channel }) {
  const { ingest } = channel;
  const bitRates = useHistory(ingest?.state === 'live' ? ingest.bitRate : 0, channel);
  const quality = channel.live ? qualitySentence(channel.quality) : null;
  return (
    <section class="panel" aria-labelledby="ingest-title">
      <div class="panel-head">
        <h2 id="ingest-title">Broadcast</h2>
        <State channel={channel} />
      </div>
      {channel.refusal !== null && (
        <Notice kind="warning">
          An encoder was turned away ({formatDate(channel.refusal.at)}). {channel.refusal.reason}
        </Notice>
      )}
      {ingest === null ? (
        <p class="hint">Nothing comes in. Start streaming in your encoder, and its figures appear here.</p>
      ) : (
        <>
          {ingest.state === 'interrupted' && (
            <Notice kind="warning">
              The encoder’s connection was lost. The broadcast goes on when it connects again.
            </Notice>
          )}
          <div class="bit-rate">
            <p>
              <strong class="digits">{formatBitRate(ingest.bitRate)}</strong> <span>incoming</span>
            </p>
            <Sparkline values={bitRates} label={`Incoming bit rate, now ${formatBitRate(ingest.bitRate)}`} />
          </div>
          <IngestFigures ingest={ingest} />
          {ingest.advice.map((sentence) => (
            <Notice key={sentence} kind="warning">
              {sentence}
            </Notice>
          ))}
        </>
      )}
      {quality !== null && <Notice kind="info">{quality}</Notice>}
      {channel.transcoder !== null && (
        <TranscoderState transcoder={channel.transcoder} renditions={channel.renditions} />
      )}
    </section>
  );
}

function State({ channel }: { channel: Channel }) {
  const now = useNow(1_000);
  const { live, ingest, startedAt } = channel;
  const state = !live ? 'offline' : ingest?.state === 'interrupted' ? 'interrupted' : 'live';
  const words = { offline: 'Offline', live: 'Live', interrupted: 'Interrupted' }[state];
  return (
    <p class={`state state-${state}`} role="status">
      <span class="state-dot" />
      {words}
      {live && startedAt !== null && (
        <span class="digits" aria-hidden="true">
          {formatClock(now - Date.parse(startedAt))}
        </span>
      )}
      {live && <span class="muted">{formatViewers(channel.viewers)}</span>}
    </p>
  );
}

function IngestFigures({ ingest }: { ingest: Ingest }) {
  const rows: [string, string][] = [
    ['Picture', `${ingest.width} × ${ingest.height}`],
    ['Frame rate', `${formatFrameRate(ingest.frameRate)} fps`],
    [
      'Key frames',
      ingest.keyFrameInterval === null ? 'not known yet' : `every ${formatSeconds(ingest.keyFrameInterval)}`,
    ],
    ['Video', ingest.videoCodec || 'none'],
    ['Audio', ingest.audioCodec || 'none'],
    ['Encoder', ingest.encoder ?? 'not told'],
  ];
  return <Definitions class="figures" rows={rows} />;
}
