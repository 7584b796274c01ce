/** What moves a cursor, ends a line, turns the direction of text, or otherwise shows as something else than it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A name or a line for people: characters of control show as JSON writes them, so that nothing in a history tells a terminal what to do.
 * What is meant to be several lines has to be split before. O(length).
 */
export function showName(text: string): string {
  return text.replaceAll(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** XML 1.0 has no place for most control characters, not even escaped: U+FFFD stands for each. */
export function inXml(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
