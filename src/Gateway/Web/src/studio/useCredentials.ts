import { useCallback, useEffect, useState } from 'preact/hooks';
import { isUnauthorized, putChannel, rotateStreamKey } from '../api/client';
import { knownStreamKey, rememberStreamKey } from '../api/streamKeys';

export interface Credentials {
  rtmpUrl: string | null;
  streamKey: string | null;
  rotate: () => Promise<void>;
}

/** Where to broadcast to. A PUT without a title changes nothing, tells the address, and proves the token. */
export function useCredentials(slug: string, token: string, onRefused: (reason: string) => void): Credentials {
  const [rtmpUrl, setRtmpUrl] = useState<string | null>(null);
  const [streamKey, setStreamKey] = useState(() => knownStreamKey(slug));

  useEffect(() => {
    let stopped = false;
    let retry: number | undefined;
    const ask = async () => {
      try {
        const credentials = await putChannel(slug, token);
        rememberStreamKey(slug, credentials.streamKey);
        if (stopped) return;
        setRtmpUrl(credentials.rtmpUrl);
        setStreamKey(knownStreamKey(slug));
      } catch (error) {
        if (stopped) return;
        if (isUnauthorized(error)) onRefused('The server did not take this admin token.');
        else retry = window.setTimeout(() => void ask(), 3_000);
      }
    };
    void ask();
    return () => {
      stopped = true;
      window.clearTimeout(retry);
    };
  }, [slug, token]);

  const rotate = useCallback(async () => {
    const credentials = await rotateStreamKey(slug, token);
    rememberStreamKey(slug, credentials.streamKey);
    setStreamKey(credentials.streamKey);
    setRtmpUrl(credentials.rtmpUrl);
  }, [slug, token]);

  return { rtmpUrl, streamKey, rotate };
}
