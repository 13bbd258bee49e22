import { useCallback } from 'preact/hooks';
import { getStorage } from '../api/client';
import type { Spill, Storage } from '../api/storage';
import { usePolled } from '../api/usePolled';
import { Definitions } from '../ui/Definitions';
import { formatBytes, formatCount, formatDate } from '../ui/format';
import { Notice } from '../ui/Notice';

const refreshMs = 5_000;

/** Where media is kept, and what waits for the bucket. */
export function StoragePanel({ token }: { token: string }) {
  const ask = useCallback(() => getStorage(token), [token]);
  const { value: storage } = usePolled(ask, refreshMs);
  if (storage === null) return null;
  const { spill } = storage;
  return (
    <section class="panel storage" aria-labelledby="storage-title">
      <h2 id="storage-title">Storage</h2>
      {spill?.state === 'away' && (
        <Notice kind="warning">
          The bucket takes nothing now. Media waits on the server’s disk and follows when it does again.{' '}
          {spill.lastError}
        </Notice>
      )}
      {spill !== null && spill.refused > 0 && (
        <Notice kind="warning">
          {formatCount(spill.refused)} files stay on the server’s disk: the bucket has others under their names.
        </Notice>
      )}
      <Definitions class="storage-rows" rows={rowsOf(storage)} />
    </section>
  );
}

function rowsOf({ kind, bucket, usedBytes, maxBytes, spill }: Storage): [string, string][] {
  const place = kind === 'gcs' ? `in the bucket ${bucket}` : kind === 'memory' ? 'in memory' : 'on disk';
  const rows: [string, string][] = [['Media is', place]];
  if (usedBytes !== null) {
    rows.push([
      'Used',
      maxBytes === null ? formatBytes(usedBytes) : `${formatBytes(usedBytes)} of ${formatBytes(maxBytes)}`,
    ]);
  }
  if (spill !== null) rows.push(...spillRows(spill));
  return rows;
}

function spillRows({
  state,
  files,
  bytes,
  usedBytes,
  maxBytes,
  since,
  lastError,
  lastErrorAt,
}: Spill): [string, string][] {
  const rows: [string, string][] = [
    [
      'Waits for it',
      files === 0 ? 'nothing' : `${formatCount(files)} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`,
    ],
    ['Disk used for that', `${formatBytes(usedBytes)} of ${formatBytes(maxBytes)}`],
  ];
  if (since !== null) rows.push(['Since', formatDate(since)]);
  // While the bucket is away, the notice says it.
  if (state !== 'away' && lastError !== null && lastErrorAt !== null)
    rows.push(['Last error', `${formatDate(lastErrorAt)}: ${lastError}`]);
  return rows;
}
