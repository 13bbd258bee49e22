// Prints what `watch.mjs` measured, a row a case, from the folder that is given; `--json` prints all of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, json, ...names] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
const cases = names.map((name) => ({ ...read(name), machine: read(`${name}.machine`) }));
const source = read('source');

if (json === 'yes') {
  console.log(JSON.stringify({ source, cases }, null, 2));
} else {
  const seconds = (ms) => (ms === null ? '-' : (ms / 1000).toFixed(2));
  const columns = [
    ['case', ({ name, height }) => `${name} ${height}p`],
    ['p50 s', ({ latency }) => seconds(latency.p50)],
    ['p95', ({ latency }) => seconds(latency.p95)],
    ['p99', ({ latency }) => seconds(latency.p99)],
    ['p95-p50', ({ latency }) => seconds(latency.p95 - latency.p50)],
    ['stalls', ({ stalls }) => stalls],
    ['seeks', ({ seeks }) => seeks],
    ['longest freeze s', ({ longestFreeze }) => seconds(longestFreeze)],
    ['dropped', ({ dropped }) => dropped],
    ['read', ({ pictures }) => pictures],
    ['unreadable', ({ unreadable }) => unreadable],
    ['page says s', ({ pageLatency }) => seconds(pageLatency.p50)],
    ['glass - page', ({ pageLatency }) => seconds(pageLatency.glassMinusPageP50)],
    ['buffer p5 s', ({ buffer }) => seconds(buffer.p5)],
    ['at speed 1', ({ rates }) => `${Math.round((rates[1] ?? 0) * 100)} %`],
    ['server CPU', ({ machine }) => machine.serverCpu.toFixed(2)],
    ['machine busy', ({ machine }) => `${Math.round(machine.busy * 100)} %`],
    ['load', ({ machine }) => machine.load],
  ];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log(line(columns.map(([title]) => title)));
  console.log(line(columns.map(() => '---')));
  for (const one of cases) console.log(line(columns.map(([, value]) => value(one))));
  console.log(
    `\nencoding, from the picture drawn to its bytes: p50 ${source.encodingMs.p50} ms, p95 ${source.encodingMs.p95} ms`,
  );
  for (const { name, errors, complaints } of cases) {
    for (const what of [...errors, ...complaints]) console.log(`${name}: ${what}`);
  }
}
