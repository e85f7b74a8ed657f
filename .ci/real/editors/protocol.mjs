// Speaks to the server with the library that editors in JavaScript use, of what Neovim 0.7 and eglot 1.9 do not speak: diagnostics that
// are pulled, UTF-8 positions, formats of Markdown.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';
import rpc from 'vscode-languageserver-protocol/node';

const [binary, template] = process.argv.slice(2);
const server = spawn(binary, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = rpc.createProtocolConnection(
  new rpc.StreamMessageReader(server.stdout),
  new rpc.StreamMessageWriter(server.stdin),
);
connection.onRequest('client/registerCapability', () => null);
connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({})));
connection.onRequest('window/workDoneProgress/create', () => null);
connection.onRequest('workspace/diagnostic/refresh', () => null);
connection.listen();

const uri = pathToFileURL(template).href;
const text = readFileSync(template, 'utf8');
const { capabilities, serverInfo } = await connection.sendRequest('initialize', {
  processId: process.pid,
  rootUri: null,
  workspaceFolders: null,
  capabilities: {
    general: { positionEncodings: ['utf-8', 'utf-16'] },
    workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
    textDocument: { diagnostic: { relatedDocumentSupport: true }, hover: { contentFormat: ['markdown'] } },
  },
});
assert.equal(serverInfo.name, 'hipaalint');
assert.equal(capabilities.positionEncoding, 'utf-8');
assert.ok(capabilities.diagnosticProvider);
await connection.sendNotification('initialized', {});
const open = { uri, languageId: 'yaml', version: 1, text: `# é 𝄞\n${text}` };
await connection.sendNotification('textDocument/didOpen', { textDocument: open });
const pull = (previousResultId) =>
  connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, previousResultId });
const first = await pull();
assert.equal(first.kind, 'full');
const codes = first.items.map((item) => item.code);
assert.ok(codes.includes('kms-key-rotation'), codes.join());
assert.ok(first.items.every((item) => item.source === 'hipaalint' && item.range.start.line > 0));
assert.equal((await pull(first.resultId)).kind, 'unchanged');
// "é 𝄞" takes 7 bytes: the comment ends at byte 9.
await connection.sendNotification('textDocument/didChange', {
  textDocument: { uri, version: 2 },
  contentChanges: [{ range: { start: { line: 0, character: 9 }, end: { line: 1, character: 0 } }, text: '!\n' }],
});
const second = await pull(first.resultId);
const places = (answer) => JSON.stringify(answer.items ?? first.items);
assert.equal(places(second), places(first));
const at = first.items.find((item) => item.code === 'kms-key-rotation');
const actions = await connection.sendRequest('textDocument/codeAction', {
  textDocument: { uri },
  range: at.range,
  context: { diagnostics: [at] },
});
assert.ok(actions.some((action) => action.kind === 'quickfix' && action.edit), JSON.stringify(actions));
await assert.rejects(connection.sendRequest('hipaalint/none', {}), { code: -32601 });
assert.equal(await connection.sendRequest('shutdown'), null);
await connection.sendNotification('exit');
const code = await new Promise((resolve) => server.on('exit', resolve));
assert.equal(code, 0);
console.log(`vscode-languageserver-protocol: ${first.items.length} findings pulled, ${actions.length} code actions, ended with 0`);
process.exit(0);
