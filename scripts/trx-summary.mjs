// Usage: node scripts/trx-summary.mjs <folder>
// Reads the TRX files of a test run, prints every failure in full, and as the last line the sums.
// The exit code is 0 only when a test ran and none failed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.trx')).sort();
const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const unescape = (text) =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, decimal) => String.fromCodePoint(Number(decimal)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => entities[name]);
const attribute = (tag, name) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
const element = (xml, name) => unescape(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? '').trim();

let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of files) {
  const xml = readFileSync(join(folder, file), 'utf8');
  const counters = /<Counters\b[^>]*>/.exec(xml)?.[0];
  if (!counters) {
    failed += 1;
    console.log(`\nFAILED ${file}: the test run broke off before it could count its tests`);
    continue;
  }

  // Skipped tests are missing from "notExecuted" there, but they are in "total".
  const total = Number(attribute(counters, 'total'));
  const executed = Number(attribute(counters, 'executed'));
  const passedHere = Number(attribute(counters, 'passed'));
  passed += passedHere;
  skipped += total - executed;
  failed += executed - passedHere;

  for (const [, opening, body] of xml.matchAll(/(<UnitTestResult\b[^>]*[^/]>)([\s\S]*?)<\/UnitTestResult>/g)) {
    const outcome = attribute(opening, 'outcome');
    if (outcome === 'Passed' || outcome === 'NotExecuted') {
      continue;
    }
    console.log(`\nFAILED ${attribute(opening, 'testName')}`);
    for (const text of [element(body, 'Message'), element(body, 'StackTrace'), element(body, 'StdOut')]) {
      for (const line of text ? text.split(/\r?\n/) : []) {
        console.log(`  ${line}`);
      }
    }
  }

  // A test host that died has no failed test to show for it; the run's own outcome tells.
  const outcome = attribute(/<ResultSummary\b[^>]*>/.exec(xml)?.[0] ?? '', 'outcome');
  if (outcome === 'Failed' && executed === passedHere) {
    failed += 1;
    console.log(`\nFAILED ${file}: the test run broke off`);
    for (const [, text] of xml.matchAll(/<RunInfo\b[^>]*outcome="Error"[\s\S]*?<Text>([\s\S]*?)<\/Text>/g)) {
      console.log(`  ${unescape(text)}`);
    }
  }
}

if (passed + failed === 0) {
  console.log('\nNo test ran.');
}
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
