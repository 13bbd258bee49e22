// Google Cloud Storage as firebase-tools emulates it, on the loopback: `node emulator.mjs [port]`. Prints its address once it
// takes requests, and ends when its standard input does, or by SIGTERM. There is any bucket that it is asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The emulator keeps objects in one folder of the machine's temporary files, which it would share with any other one.
const folder = mkdtempSync(join(tmpdir(), 'gcs-emulator-'));
process.env.TMPDIR = process.env.XDG_CONFIG_HOME = folder;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());
process.stdin.on('end', () => process.exit()).resume();

// The address is the only line on the standard output.
console.log = console.info = console.error;

const { default: { StorageEmulator } } = await import('firebase-tools/lib/emulator/storage/index.js');
const { default: { createApp } } = await import('firebase-tools/lib/emulator/storage/server.js');
const { default: { EmulatorRegistry } } = await import('firebase-tools/lib/emulator/registry.js');

const host = '127.0.0.1';
const options = { projectId: 'demo-tests', host, rules: [] };
const emulator = new StorageEmulator(options);

// Its own start() would download a program for access rules, which this API has none of.
const server = createServer(await createApp(options.projectId, emulator));
server.listen(Number(process.argv[2] ?? 0), host, () => {
  options.port = server.address().port;
  EmulatorRegistry.set('storage', emulator);
  process.stdout.write(`http://${host}:${options.port}\n`);
});
