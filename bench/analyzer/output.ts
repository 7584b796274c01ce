import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes records to a file as they are made, in one of the two formats, in pieces of about a megabyte. */
export class Output {
  private readonly file: number;
  private readonly edn: boolean;
  private text = '';
  private index = 0;

  constructor(path: string) {
    this.file = openSync(path, 'w');
    this.edn = path.endsWith('.edn');
  }

  /** `value` is in the format's own syntax. */
  record(process: number, type: string, f: string, value: string): void {
    const index = this.index++;
    const time = index * 1000;
    this.text += this.edn
      ? `{:type :${type}, :f :${f}, :value ${value}, :time ${time}, :process ${process}, :index ${index}}\n`
      : `{"index":${index},"time":${time},"process":${process},"type":"${type}","f":"${f}","value":${value}}\n`;
    if (this.text.length > 1 << 20) this.flush();
  }

  private flush(): void {
    writeSync(this.file, this.text);
    this.text = '';
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}
