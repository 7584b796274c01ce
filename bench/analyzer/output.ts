import { closeSync, openSync, writeSync } from 'node:fs';

/** Takes records as they are made, in one of the two formats, and hands them on in pieces of about a megabyte. */
export class Output {
  readonly edn: boolean;
  private readonly write: (text: string) => void;
  private readonly done: () => void;
  private text = '';
  private index = 0;

  constructor(edn: boolean, write: (text: string) => void, done: () => void = () => {}) {
    this.edn = edn;
    this.write = write;
    this.done = done;
  }

  /** Into a file, in the format that its name says. */
  static file(path: string): Output {
    const fd = openSync(path, 'w');
    return new Output(
      path.endsWith('.edn'),
      (text) => writeSync(fd, text),
      () => closeSync(fd),
    );
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
    this.write(this.text);
    this.text = '';
  }

  close(): void {
    this.flush();
    this.done();
  }
}
