import { useCallback, useState } from 'preact/hooks';
import { deleteRecording, listRecordings } from '../api/client';
import type { Recording } from '../api/recording';
import { usePolled } from '../api/usePolled';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { formatBytes, formatClock, formatDate, formatMissing } from '../ui/format';
import { Icon } from '../ui/Icon';
import { Picture } from '../ui/Picture';

const refreshMs = 10_000;

/** What was kept of the channel's broadcasts, with what it takes up, and the end of it. */
export function RecordingsPanel({ slug, token }: { slug: string; token: string }) {
  const ask = useCallback(() => listRecordings(slug), [slug]);
  const { value: recordings, refresh } = usePolled(ask, refreshMs);
  const [doomed, setDoomed] = useState<Recording | null>(null);
  const remove = async () => {
    if (doomed === null) return;
    await deleteRecording(slug, doomed.id, token);
    await refresh();
  };

  const bytes = recordings?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0;
  return (
    <section class="panel recordings-panel" aria-labelledby="recordings-title">
      <div class="panel-head">
        <h2 id="recordings-title">Recordings</h2>
        {bytes > 0 && <a href={`/recordings/${slug}`}>{formatBytes(bytes)} in all</a>}
      </div>
      {recordings?.length === 0 && <p class="hint">A broadcast appears here when it has ended.</p>}
      {recordings !== null && recordings.length > 0 && (
        <ul class="recording-rows">
          {recordings.map((recording) => (
            <li key={recording.id}>
              <a href={recording.watchUrl}>
                <Picture seed={recording.id} title={slug} source={recording.thumbnail} />
                <span>
                  <strong>{formatDate(recording.startedAt)}</strong>
                  <span class="hint digits">
                    {formatClock(recording.durationSeconds * 1000)} · {formatBytes(recording.sizeBytes)}
                    {recording.state === 'missing' && ' · missing from the storage'}
                    {recording.state === 'elsewhere' && ' · on another node'}
                    {recording.missingSegments > 0 && ` · ${formatMissing(recording.missingSegments)}`}
                  </span>
                </span>
              </a>
              <button
                type="button"
                class="button button-quiet button-icon"
                onClick={() => setDoomed(recording)}
                aria-label={`Delete the recording of ${formatDate(recording.startedAt)}`}
              >
                <Icon name="trash" size={18} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {doomed !== null && (
        <ConfirmDialog
          title="Delete this recording?"
          confirm="Delete the recording"
          onConfirm={remove}
          onClose={() => setDoomed(null)}
        >
          <p>The recording of {formatDate(doomed.startedAt)} is gone for you and for viewers. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
