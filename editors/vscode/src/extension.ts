// Starts the language server, and starts it again if the program or the trust of the workspace changes. All else is the server's.

import { accessSync, constants, statSync } from 'node:fs';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { choose } from './binary';

const INSTALL = 'https://github.com/hipaalint/hipaalint/blob/main/docs/editors.md#visual-studio-code';

let client: LanguageClient | undefined;
let output: vscode.LogOutputChannel | undefined;
/** What runs or waits: one start or stop after another. */
let turn: Promise<void> = Promise.resolve();

export function activate(context: vscode.ExtensionContext): void {
  output = vscode.window.createOutputChannel('hipaalint', { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand('hipaalint.restart', () => restart()),
    vscode.commands.registerCommand('hipaalint.showOutput', () => output?.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('hipaalint.path')) {
        restart();
      }
    }),
  );
  restart();
}

export function deactivate(): Promise<void> {
  turn = turn.then(stop);
  return turn;
}

function restart(): Promise<void> {
  turn = turn.then(stop).then(start);
  return turn;
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  try {
    await running?.dispose();
  } catch (error) {
    output?.warn(`The language server did not end as it should: ${text(error)}`);
  }
}

async function start(): Promise<void> {
  const choice = choose({
    setting: vscode.workspace.getConfiguration('hipaalint').get<string>('path', '').trim(),
    folders: (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath),
    isTrusted: vscode.workspace.isTrusted,
    path: process.env.PATH ?? '',
    isWindows: process.platform === 'win32',
    isProgram,
  });
  if ('problem' in choice) {
    output?.info(choice.problem);
    if (vscode.workspace.isTrusted) {
      void tell(choice.problem);
    }
    return;
  }
  output?.info(`Starting ${choice.program}`);
  const server: ServerOptions = { command: choice.program, args: ['lsp'] };
  const options: LanguageClientOptions = {
    documentSelector: ['yaml', 'json', 'jsonc', 'cloudformation'].map((language) => ({ scheme: 'file', language })),
    synchronize: { configurationSection: 'hipaalint' },
    initializationOptions: settings(),
    ...(output === undefined ? {} : { outputChannel: output }),
  };
  client = new LanguageClient('hipaalint', 'hipaalint', server, options);
  try {
    await client.start();
  } catch (error) {
    output?.error(text(error));
    void tell(`hipaalint cannot be started: ${text(error)}`);
  }
}

function settings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration('hipaalint');
  return { profile: all.get('profile'), undecided: all.get('undecided'), codeLens: all.get('codeLens') };
}

async function tell(problem: string): Promise<void> {
  const answer = await vscode.window.showWarningMessage(problem, 'How to Install', 'Show the Output');
  if (answer === 'How to Install') {
    await vscode.env.openExternal(vscode.Uri.parse(INSTALL));
  } else if (answer !== undefined) {
    output?.show();
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
