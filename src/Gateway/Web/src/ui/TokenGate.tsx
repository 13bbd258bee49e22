import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Notice } from './Notice';

export interface TokenGateProps {
  title: string;
  children: ComponentChildren;
  /** Why the token before was not taken. */
  refusal: string | null;
  onToken: (token: string) => void;
}

/** Asks for the admin token. */
export function TokenGate({ title, children, refusal, onToken }: TokenGateProps) {
  const [token, setToken] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <main id="main" class="page page-narrow">
      <h1>{title}</h1>
      <p class="lead">{children}</p>
      {refusal !== null && <Notice kind="error">{refusal}</Notice>}
      <form class="panel form" onSubmit={submit}>
        <label class="field">
          <span>Admin token</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <small>
            It is in the file <code>admin-token</code> in the server’s data folder, or what{' '}
            <code>Streaming__Admin__Token</code> says. It is kept in this tab only.
          </small>
        </label>
        <button class="button button-primary" type="submit">
          Continue
        </button>
      </form>
    </main>
  );
}
