// Compiles the scanner and writes it as a module, so that the library needs no file beside its code.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const TO = 'src/history/read/scanner-code.ts';
const OPTIONS =
  'assembly/index.ts --outFile scanner.wasm -O3 --converge --noAssert --runtime stub --enable simd --use abort= --initialMemory 32 --sharedMemory --maximumMemory 32767 --enable threads';

let code = new Uint8Array();
const { error, stderr } = await asc.main(OPTIONS.split(' '), {
  writeFile: (_, contents) => {
    code = contents;
  },
});
if (error !== null) {
  process.stderr.write(stderr.toString());
  throw error;
}
const text = Buffer.from(code).toString('base64');
writeFileSync(
  TO,
  `/** WebAssembly, made from \`assembly/\` by \`npm run assembly\`. */\nexport const SCANNER =\n  '${text}';\n`,
);
