/** What `GET /api/storage` answers: where the server keeps its media. */
export interface Storage {
  kind: 'disk' | 'memory' | 'gcs';
  bucket: string | null;
  /** Null where nobody counts them. */
  usedBytes: number | null;
  maxBytes: number | null;
  spill: Spill | null;
}

/** What waits on the server's disk for its bucket. */
export interface Spill {
  state: 'idle' | 'away' | 'catching-up';
  files: number;
  bytes: number;
  usedBytes: number;
  maxBytes: number;
  /** When the oldest came. */
  since: string | null;
  /** Files that the bucket has with other bytes. */
  refused: number;
  /** The bucket's newest, also when it is over. */
  lastError: string | null;
  lastErrorAt: string | null;
}
