// Run by: node --test, in this folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { Verifier } from './postern.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url)));

// Postern, as far as its keys.
let fetched;
const server = createServer((_, response) => {
  fetched += 1;
  response.end(JSON.stringify(vectors.jwks));
});
before(() => new Promise((listening) => server.listen(0, '127.0.0.1', listening)));
beforeEach(() => { fetched = 0; });
after(() => { server.close(); server.closeAllConnections(); });
const verifier = () => new Verifier(vectors.audience, `http://127.0.0.1:${server.address().port}/`);

test('vectors', async () => {
  const checking = verifier();
  for (const { name, accepted, values } of vectors.cases) {
    const identity = checking.identity(values, vectors.now);
    if (accepted) {
      assert.deepEqual((await identity).sub, vectors.identity.sub, name);
      assert.deepEqual((await identity).groups, vectors.identity.groups, name);
    } else {
      await assert.rejects(identity, Error, name);
    }
  }
  await assert.rejects(checking.identity(undefined, vectors.now));
  assert.equal(fetched, 1);
});

test('requests at once fetch the keys once', async () => {
  const checking = verifier();
  const { values } = vectors.cases.find(({ name }) => name === 'good');
  await Promise.all([1, 2, 3].map(() => checking.identity(values, vectors.now)));
  assert.equal(fetched, 1);
});

test('an unknown key is looked for every ten seconds', async (t) => {
  const checking = verifier();
  const { values } = vectors.cases.find(({ name }) => name === 'unknown key');
  let now = 0;
  t.mock.method(Date, 'now', () => now);
  for (const [seconds, times] of [[0, 1], [9, 1], [10, 2], [19, 2], [20, 3]]) {
    now = seconds * 1000;
    await assert.rejects(checking.identity(values, vectors.now));
    assert.equal(fetched, times);
  }
});
