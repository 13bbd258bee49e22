import { useState } from 'preact/hooks';
import { CopyButton } from './CopyButton';
import { Icon } from './Icon';

/** A value to be taken elsewhere. A secret is masked until asked for, and can be copied without being shown. */
export function CopyField({ label, value, secret = false }: { label: string; value: string; secret?: boolean }) {
  const [revealed, setRevealed] = useState(!secret);
  return (
    <div class="copy-field">
      <span class="copy-field-label">{label}</span>
      <div class="copy-field-box">
        <code aria-label={label}>{revealed ? value : '•'.repeat(24)}</code>
        {secret && (
          <button
            type="button"
            class="button button-quiet button-icon"
            onClick={() => setRevealed(!revealed)}
            aria-label={revealed ? `Hide the ${label.toLowerCase()}` : `Show the ${label.toLowerCase()}`}
          >
            <Icon name={revealed ? 'eyeOff' : 'eye'} size={18} />
          </button>
        )}
        <CopyButton text={value} label={`Copy the ${label.toLowerCase()}`} />
      </div>
    </div>
  );
}
