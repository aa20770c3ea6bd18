<?php
// Checks Postern-Assertion. Needs PHP 8.1 or newer with its extension openssl.

namespace Postern;

final class Verifier
{
    /**
     * `$origin` is the application's, such as "https://app.example.com"; `$keysUrl` is the address
     * of Postern's keys, "https://login.example.com/.well-known/postern/jwks.json". They are kept
     * in `$cache`, a file that only the application may write: never in a shared /tmp.
     */
    public function __construct(private string $origin, private string $keysUrl, private string $cache) {}

    /**
     * Returns who asks, or throws: answer that with 401. `$value` is
     * `$_SERVER['HTTP_POSTERN_ASSERTION'] ?? ''`, where doubled headers are on one line.
     */
    public function identity(string $value, ?int $now = null): array
    {
        if (!preg_match('/^([\w-]+)\.([\w-]+)\.([\w-]{86})$/D', $value, $parts)) {
            throw new \Exception('no assertion, or more than one');
        }
        [$header, $claims, $signature] = array_map(self::decode(...), array_slice($parts, 1));
        [$header, $claims] = [json_decode($header, true), json_decode($claims, true)];
        // Any other kind of token is none of ours, whoever signed it (RFC 8725, section 3.11).
        $kid = $header['kid'] ?? null;
        $kind = [$header['alg'] ?? null, $header['typ'] ?? null];
        if ($kind !== ['ES256', 'postern+jwt'] || !is_string($kid)) {
            throw new \Exception('not an assertion');
        }
        // OpenSSL wants both halves of the signature as a DER sequence of integers.
        $halves = array_map(self::integer(...), str_split($signature, 32));
        $der = "\x30" . chr(strlen(implode($halves))) . implode($halves);
        if (openssl_verify("$parts[1].$parts[2]", $der, $this->key($kid), OPENSSL_ALGO_SHA256) !== 1) {
            throw new \Exception('wrong signature');
        }
        if (($claims['aud'] ?? '') !== $this->origin) {
            throw new \Exception('for another application');
        }
        $now ??= time();
        if ($now < ($claims['iat'] ?? INF) - 30 || $now >= ($claims['exp'] ?? -INF) + 30) {
            throw new \Exception('not valid now');
        }
        return $claims;
    }

    /** Returns the key of that name as PEM. An unknown one may be new, or a forger's. */
    private function key(string $kid): string
    {
        $cache = fopen($this->cache, 'c+');
        flock($cache, LOCK_EX);
        $known = json_decode(stream_get_contents($cache), true) ?? ['fetched' => 0, 'keys' => []];
        if (!isset($known['keys'][$kid]) && time() - $known['fetched'] >= 10) {
            $context = stream_context_create(['http' => ['timeout' => 5]]);
            $set = json_decode((string) @file_get_contents($this->keysUrl, false, $context), true);
            $keys = array_filter($set['keys'] ?? [], fn ($key) => ($key['alg'] ?? '') === 'ES256');
            $keys = array_column(array_map(self::pem(...), $keys), 1, 0) ?: $known['keys'];
            $known = ['fetched' => time(), 'keys' => $keys];
            ftruncate($cache, 0);
            rewind($cache);
            fwrite($cache, json_encode($known));
        }
        fclose($cache);
        return $known['keys'][$kid] ?? throw new \Exception("signed by a key that is not Postern's");
    }

    /** Returns a key's name and its PEM: what DER puts before a point of P-256, and the point. */
    private static function pem(array $key): array
    {
        $der = hex2bin('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
        $der .= self::decode($key['x']) . self::decode($key['y']);
        $pem = "-----BEGIN PUBLIC KEY-----\n" . base64_encode($der) . "\n-----END PUBLIC KEY-----";
        return [$key['kid'], $pem];
    }

    private static function integer(string $half): string
    {
        $half = ltrim($half, "\0");
        $half = $half === '' || ord($half) > 127 ? "\0$half" : $half;
        return "\x02" . chr(strlen($half)) . $half;
    }

    private static function decode(string $part): string
    {
        return base64_decode(strtr($part, '-_', '+/'));
    }
}
