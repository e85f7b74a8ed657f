// Builds the page into dist/, from src/ and from packages/wasm, which is built first. `node build.mjs`.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = dirname(fileURLToPath(import.meta.url));
const [source, made] = [join(root, 'src'), join(root, 'dist')];
rmSync(made, { recursive: true, force: true });
mkdirSync(made);

const shared = { bundle: true, minify: true, target: 'es2022', charset: 'utf8', logLevel: 'warning', absWorkingDir: root };
const of = (name, options) => build({ ...shared, entryPoints: [join(source, `${name}.ts`)], ...options });

await of('boot', { format: 'iife', outfile: join(made, 'boot.js') });
const app = await of('app', {
  format: 'esm',
  outfile: join(made, 'app.js'),
  loader: { '.yaml': 'text', '.json': 'text', '.css': 'text' },
  metafile: true,
});
// The modules are in the worker's script, because a page that may not connect cannot fetch them. Browsers decompress gzip only, which
// makes the module a third larger than Brotli does, so a decoder comes along.
const worker = await of('worker', { format: 'iife', write: false });
const packed = join(root, '../packages/wasm');
const decoder = gzipSync(readFileSync(join(packed, 'brotli/brotli_bg.wasm')), { level: 9 });
const module = readFileSync(join(packed, 'dist/hipaalint.wasm'));
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
// BROTLI=5 is quick, for those who work on the page.
const params = { [BROTLI_PARAM_QUALITY]: Number(process.env.BROTLI ?? 11), [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: module.length };
const compressed = brotliCompressSync(module, { params });
const names = { DECODER: decoder.toString('base64'), MODULE: compressed.toString('base64'), MODULE_LENGTH: module.length };
const values = Object.entries(names).map(([name, value]) => `const ${name}=${JSON.stringify(value)};\n`);
writeFileSync(join(made, 'engine.js'), values.join('') + worker.outputFiles[0].text);
for (const file of ['index.html', 'style.css', 'icon.svg']) cpSync(join(source, file), join(made, file));

// The licenses of what is in the bundle.
const packages = new Set(
  Object.keys(app.metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean),
);
const licenses = [...packages].sort().map((name) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no license`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync(join(made, 'licenses.txt'), licenses.join('\n---\n\n'));

let total = 0;
for (const file of readdirSync(made).sort()) {
  const bytes = readFileSync(join(made, file));
  const compressed = gzipSync(bytes, { level: 9 }).length;
  total += compressed;
  console.log(`${file.padEnd(14)} ${String(bytes.length).padStart(9)}  gzip ${String(compressed).padStart(9)}`);
}
console.log(`${'together'.padEnd(14)} ${' '.repeat(9)}  gzip ${String(total).padStart(9)}`);
