// The package carries the licenses of the repository, and those of the libraries that are bundled.
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  copyFileSync(new URL(`../../${name}`, import.meta.url), new URL(name, import.meta.url));
}

const { inputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8'));
const libraries = new Set(
  Object.keys(inputs)
    .map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
    .filter((folder) => folder !== undefined),
);
const notices = [...libraries].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (file === undefined || !existsSync(`${folder}/${file}`)) {
    throw new Error(`${folder} has no license file`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
