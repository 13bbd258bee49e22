// One viewer: opens a page whose player plays the coded picture, waits until it has settled, measures, and prints the
// figures as JSON. Says `measuring` on its error output when the measured time begins.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Figures } from './figures.mjs';
import { installMeter } from './meter.mjs';
import { columns, rows } from './timeCode.mjs';

const { values: options } = parseArgs({
  options: {
    name: { type: 'string' },
    address: { type: 'string' },
    rendition: { type: 'string', default: '' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
    settle: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '300' },
  },
});
const drainMs = 1_000;
const startMs = 60_000;

const browser = await chromium.launch({
  executablePath: options.browser,
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
  ],
});
try {
  console.log(JSON.stringify(await watch()));
} finally {
  await browser.close();
}

async function watch() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const figures = new Figures(options.name);
  page.on('console', (message) => {
    if (message.type() === 'error') figures.complain(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => figures.complain(`page: ${error.message}`));
  await page.goto(options.address);
  await page.waitForFunction(
    () => window.__player?.video.currentTime > 0 && window.__player.video.readyState >= 3,
    null,
    {
      timeout: startMs,
    },
  );
  await page.evaluate(installMeter, { columns, rows });

  await delay(Number(options.settle) * 1000);
  figures.settled(await page.evaluate(() => window.takeRecords()));
  console.error('measuring');
  for (const end = Date.now() + Number(options.seconds) * 1000; Date.now() < end;) {
    await delay(Math.min(drainMs, Math.max(0, end - Date.now())));
    const taken = await page.evaluate(() => window.takeRecords());
    if (options.rendition && taken.rendition !== options.rendition) {
      figures.complain(`${taken.rendition} is shown, not ${options.rendition}`);
    }
    figures.add(taken);
  }
  return figures.summary();
}
