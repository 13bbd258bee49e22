/** One of `GET /api/channels/<slug>/recordings`: a broadcast that is over and was kept. */
export interface Recording {
  id: string;
  /** Missing: its media is not in the server's storage now, and it cannot be played. */
  state: 'available' | 'missing' | 'elsewhere';
  startedAt: string;
  endedAt: string;
  durationSeconds: number;
  sizeBytes: number;
  /** Segments that could not be stored: gaps. */
  missingSegments: number;
  hls: string;
  dash: string;
  /** Its page. */
  watchUrl: string;
  /** A picture of it, null where there is nothing to see. */
  thumbnail: string | null;
}
