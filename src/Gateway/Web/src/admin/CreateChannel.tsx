import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { slugPattern } from '../api/channel';
import { isUnauthorized, putChannel } from '../api/client';
import { rememberStreamKey } from '../api/streamKeys';
import { Notice } from '../ui/Notice';

export function CreateChannel({ token, onRefused }: { token: string; onRefused: (reason: string) => void }) {
  const { route } = useLocation();
  const [slug, setSlug] = useState('');
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string | null>(null);

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      const credentials = await putChannel(slug, token, title.trim() || slug);
      rememberStreamKey(slug, credentials.streamKey);
      route(`/studio/${slug}`);
    } catch (reason) {
      if (isUnauthorized(reason)) onRefused('The server did not take this admin token.');
      else setError((reason as Error).message);
    }
  };

  return (
    <section class="panel" aria-labelledby="create-title">
      <h2 id="create-title">New channel</h2>
      {error !== null && <Notice kind="error">{error}</Notice>}
      <form class="form" onSubmit={(event) => void create(event)}>
        <label class="field">
          <span>Address</span>
          <input
            value={slug}
            required
            pattern={slugPattern}
            maxLength={64}
            autocapitalize="none"
            spellcheck={false}
            placeholder="my-channel"
            onInput={(event) => setSlug(event.currentTarget.value)}
          />
          <small>Small letters, digits and dashes: /watch/{slug || 'my-channel'}</small>
        </label>
        <label class="field">
          <span>Title</span>
          <input
            value={title}
            maxLength={120}
            placeholder="My channel"
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <button class="button button-primary" type="submit">
          Make the channel
        </button>
      </form>
    </section>
  );
}
