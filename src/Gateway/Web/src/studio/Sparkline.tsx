const width = 240;
const height = 48;
const pointsMax = 60;

/** A line of the last values, the newest at the right edge, from zero to a little above the highest. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const top = Math.max(...values, 1) * 1.15;
  const step = width / (pointsMax - 1);
  const first = width - (values.length - 1) * step;
  const points = values.map(
    (value, index) => `${(first + index * step).toFixed(1)},${(height - (value / top) * (height - 2) - 1).toFixed(1)}`,
  );
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length > 1 && (
        <>
          <path
            class="sparkline-area"
            d={`M${first.toFixed(1)},${height} L${points.join(' ')} L${width},${height} Z`}
          />
          <polyline class="sparkline-line" points={points.join(' ')} />
        </>
      )}
    </svg>
  );
}
