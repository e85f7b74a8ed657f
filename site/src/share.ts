// A link that carries the template in its fragment, which browsers do not send. Made only on request.

/** The most characters of a fragment: a chat or a mail would cut longer links. */
const MAX_LINK = 32_000;
/** The most bytes of a template in a link. */
const MAX_TEXT = 1 << 20;

type Shared = { text: string; profile: string; parameters: Record<string, string> };

const encoded = (bytes: Uint8Array) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
};

const decoded = (text: string) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** The address of this page with the template; none if the template is too large. */
export async function linkTo(shared: Shared): Promise<string | undefined> {
  const stream = new Blob([JSON.stringify(shared)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const fragment = encoded(new Uint8Array(await new Response(stream).arrayBuffer()));
  if (fragment.length > MAX_LINK) return undefined;
  return `${location.href.split('#', 1)[0]}#t=${fragment}`;
}

/** What the address of this page carries. */
export async function fromLink(): Promise<Shared | undefined> {
  const fragment = location.hash.startsWith('#t=') ? location.hash.slice(3) : '';
  if (fragment === '' || fragment.length > MAX_LINK) return undefined;
  try {
    const stream = new Blob([decoded(fragment)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = stream.getReader();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      length += read.value.length;
      // A small link can hold a text without end.
      if (length > MAX_TEXT) return undefined;
      chunks.push(read.value);
    }
    const { text, profile, parameters } = JSON.parse(await new Blob(chunks as BlobPart[]).text()) as Record<string, unknown>;
    if (typeof text !== 'string' || typeof profile !== 'string') return undefined;
    const given = Object.entries(parameters ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return { text, profile, parameters: Object.fromEntries(given.slice(0, 200)) };
  } catch {
    return undefined;
  }
}
