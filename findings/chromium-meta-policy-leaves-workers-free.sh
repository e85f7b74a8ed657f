#!/usr/bin/env bash
# Chromium 156 (Debian's), driven by playwright-core 1.65.1 (npm), seen in November 2026.
#
# A page has a content security policy in a `meta` element, as pages do whose host sets no headers: nothing may connect. A good engineer
# would expect that its workers may not connect either. A worker that the page starts from an address of its own host has the policy of
# its own response, so none, and may connect. A worker that the page starts from a `blob:` address has the page's policy, even if all that
# it does is import the same script from the same address.
#
# Output seen: "page: refused", "worker by address: connected", "worker by blob: refused".
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.65.1
mkdir page
cat > page/index.html <<'HTML'
<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; worker-src 'self' blob:">
<title>Workers</title>
<script src="page.js"></script>
HTML
echo "fetch('index.html').then(() => 'connected', () => 'refused').then((seen) => { globalThis.seen = seen; });" > page/page.js
# A blob has no folder, so the address is whole.
cat > page/worker.js <<'JAVASCRIPT'
const to = location.protocol === 'blob:' ? `${location.origin}/index.html` : 'index.html';
fetch(to).then(() => 'connected', () => 'refused').then((seen) => postMessage(seen));
JAVASCRIPT
cat > run.js <<'JAVASCRIPT'
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { extname, join } = require('node:path');
const { chromium } = require('playwright-core');

const types = { '.html': 'text/html', '.js': 'text/javascript' };
const server = createServer(({ url }, response) => {
  const name = url === '/' ? 'index.html' : url.slice(1);
  if (!/^[a-z]+\.(html|js)$/.test(name)) return response.writeHead(404).end();
  return response.writeHead(200, { 'content-type': types[extname(name)] }).end(readFileSync(join('page', name)));
});
server.listen(0, '127.0.0.1', async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.seen);
  const seen = await page.evaluate(async () => {
    const of = (address) => new Promise((resolve) => {
      new Worker(address).onmessage = ({ data }) => resolve(data);
    });
    const script = `importScripts(${JSON.stringify(new URL('worker.js', location.href).href)});`;
    return [globalThis.seen, await of('worker.js'), await of(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })))];
  });
  ['page', 'worker by address', 'worker by blob'].forEach((name, index) => console.log(`${name}: ${seen[index]}`));
  await browser.close();
  server.close();
  process.exit(JSON.stringify(seen) === '["refused","connected","refused"]' ? 0 : 1);
});
JAVASCRIPT
node run.js 2> errors || { status=$?; cat errors >&2; exit $status; }
