const LINE_END = "\r\n";

/** Takes a body apart that came in signed or unsigned chunks, with its trailers. */
export function unchunked(raw: Buffer): { content: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = raw.indexOf(LINE_END, at);
    if (lineEnd < 0) throw new Error("a chunk has no size");
    const size = Number.parseInt(raw.toString("latin1", at, lineEnd), 16);
    at = lineEnd + LINE_END.length;
    if (size === 0) break;
    chunks.push(raw.subarray(at, at + size));
    at += size + LINE_END.length;
  }
  const lines = raw.toString("latin1", at).split(LINE_END).filter(Boolean);
  const trailers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { content: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}
