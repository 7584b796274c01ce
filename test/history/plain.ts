import { EdnReader } from '../../src/history/read/edn.ts';
import { JsonlReader } from '../../src/history/read/jsonl.ts';

/** A reader that does without the scanner. */
export class PlainJson extends JsonlReader {
  protected override find(): boolean {
    return false;
  }
  protected override findTxn(): boolean {
    return false;
  }
}

/** The same. */
export class PlainEdn extends EdnReader {
  protected override find(): boolean {
    return false;
  }
  protected override findTxn(): boolean {
    return false;
  }
}
