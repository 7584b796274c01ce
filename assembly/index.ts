// The scanner: from the bytes of a history to numbers, for records in their usual spelling.
export { scanEdn, txnEdn } from './edn';
export { scanJson, txnJson } from './json';
export { keepReads, layOut, match, matchEnd } from './lists';
export { addName, clearNames } from './names';
export { keepRows } from './rows';
export { at, line, lineStart, mopCount } from './state';
