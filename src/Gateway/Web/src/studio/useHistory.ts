import { useEffect, useState } from 'preact/hooks';

/** Two minutes at one value every two seconds. */
const lengthMax = 60;

/** The last values, one for each new `answer`. */
export function useHistory(value: number, answer: object): number[] {
  const [values, setValues] = useState<number[]>([]);
  useEffect(() => setValues((before) => [...before, value].slice(-lengthMax)), [answer]);
  return values;
}
