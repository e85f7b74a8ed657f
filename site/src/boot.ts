// Starts the worker before anything else, so that the module is ready when the page is. The worker is a blob that runs `engine.js`: a
// blob has the policy of this page, a script of its own address would have none.
type Policy = { createScriptURL(address: string): string };

const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
const rules: Policy = { createScriptURL: (address) => address };
const policy = factory ? factory.createPolicy('hipaalint', rules) : rules;

const engine = new URL('engine.js', document.baseURI).href;
const script = [
  `const rules = { createScriptURL: (address) => address };`,
  `const policy = self.trustedTypes ? self.trustedTypes.createPolicy('hipaalint', rules) : rules;`,
  `importScripts(policy.createScriptURL(${JSON.stringify(engine)}));`,
].join('\n');
const address = policy.createScriptURL(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));

const start = (): Worker => new Worker(address);
(globalThis as { hipaalintBoot?: unknown }).hipaalintBoot = { start, first: start() };
