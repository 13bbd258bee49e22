import { Icon } from './Icon';
import { useCopy } from './useCopy';

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopy();
  return (
    <button type="button" class="button button-quiet" onClick={() => void copy(text)} aria-label={label}>
      <Icon name={copied ? 'check' : 'copy'} size={18} />
      <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
    </button>
  );
}
