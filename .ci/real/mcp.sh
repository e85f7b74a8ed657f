#!/usr/bin/env bash
# Calls the tools of `hipaalint mcp` from the protocol's own client for JavaScript. Needs Node.js and the network,
# and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/mcp.sh [BINARY]      built with `--features mcp`
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir project
cp "$root/examples/patient-records.yaml" project
npm init --yes > /dev/null
npm pkg set type=module > /dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2
cat > client.js <<'JAVASCRIPT'
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const client = new Client({ name: 'test', version: '1' });
await client.connect(new StdioClientTransport({ command: process.argv[2], args: ['mcp', '--root', 'project'] }));
const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name).sort(), ['controls', 'explain', 'fix', 'lint', 'rules']);
// The client checks structured answers against the schemas of `listTools`.
const lint = await client.callTool({ name: 'lint', arguments: { path: 'patient-records.yaml' } });
const rules = lint.structuredContent.findings.map((finding) => finding.rule);
assert.ok(rules.includes('s3-bucket-tls-only'), rules.join());
const versioning = { path: 'patient-records.yaml', rules: ['s3-bucket-versioning'], unsafe_fixes: true };
const fix = await client.callTool({ name: 'fix', arguments: versioning });
assert.match(fix.structuredContent.untrusted.diff, /^\+ +Status: /m);
const explain = await client.callTool({ name: 'explain', arguments: { rule: 's3-bucket-tls-only' } });
assert.equal(explain.structuredContent.id, 's3-bucket-tls-only');
for (const name of ['rules', 'controls']) {
  assert.ok(!(await client.callTool({ name, arguments: {} })).isError);
}
const outside = await client.callTool({ name: 'lint', arguments: { path: '/etc/hostname' } });
assert.ok(outside.isError);
await client.close();
console.log(`the client: ${tools.length} tools, ${rules.length} findings`);
JAVASCRIPT
node client.js "$binary"
