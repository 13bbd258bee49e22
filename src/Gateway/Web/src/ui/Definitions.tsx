/** Names and what they stand for, one beside or below the other. */
export function Definitions({ class: className, rows }: { class?: string; rows: [name: string, value: string][] }) {
  return (
    <dl class={className}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
