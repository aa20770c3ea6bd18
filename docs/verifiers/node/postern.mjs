// Checks Postern-Assertion. Needs Node.js 20 or newer and nothing else.
import { createPublicKey, verify } from 'node:crypto';

export class Verifier {
  #keys = new Map();
  #fetched = -Infinity;
  #fetching;

  // `origin` is the application's, such as "https://app.example.com"; `keysUrl` is the address of
  // Postern's keys, "https://login.example.com/.well-known/postern/jwks.json".
  constructor(origin, keysUrl) {
    Object.assign(this, { origin, keysUrl });
  }

  // Returns who asks, or throws: answer that with 401. `values` has every Postern-Assertion of the
  // request: `request.headersDistinct['postern-assertion']`.
  async identity(values, now = Date.now() / 1000) {
    // Buffer.from() skips what is no base64url, so that it is refused here.
    const parts = values?.length === 1 && /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(values[0]);
    if (!parts) throw new Error('no assertion, or more than one');
    const [header, claims] = parts.slice(1, 3).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
    // Any other kind of token is none of ours, whoever signed it (RFC 8725, section 3.11).
    if (header.alg !== 'ES256' || header.typ !== 'postern+jwt') throw new Error('not an assertion');
    const key = { key: await this.#key(header.kid), dsaEncoding: 'ieee-p1363' };
    const signed = Buffer.from(`${parts[1]}.${parts[2]}`);
    if (!verify('sha256', signed, key, Buffer.from(parts[3], 'base64url'))) {
      throw new Error('wrong signature');
    }
    if (claims.aud !== this.origin) throw new Error('for another application');
    if (!(claims.iat - 30 <= now && now - 30 < claims.exp)) throw new Error('not valid now');
    return claims;
  }

  // Returns the key of that name. An unknown one may be new, or a forger's.
  async #key(kid) {
    if (!this.#keys.has(kid) && Date.now() - this.#fetched >= 10_000) {
      this.#fetched = Date.now();
      this.#fetching = this.#fetch();
    }
    if (!this.#keys.has(kid)) await this.#fetching;
    if (!this.#keys.has(kid)) throw new Error("signed by a key that is not Postern's");
    return this.#keys.get(kid);
  }

  async #fetch() {
    const answer = await fetch(this.keysUrl, { signal: AbortSignal.timeout(5_000) });
    const keys = (await answer.json()).keys.filter(({ alg }) => alg === 'ES256');
    this.#keys = new Map(keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
  }
}
