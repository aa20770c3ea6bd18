<?php
// Run by: php test.php, in this folder.

require __DIR__ . '/postern.php';

$vectors = json_decode(file_get_contents(__DIR__ . '/../vectors.json'), true);
$folder = sys_get_temp_dir() . '/postern-' . bin2hex(random_bytes(8));
mkdir($folder, 0700);
[$keys, $cache] = ["$folder/keys", "$folder/cache"];
$failed = 0;

function check(bool $passed, string $name): void
{
    global $failed;
    $failed += $passed ? 0 : 1;
    echo $passed ? 'ok' : 'FAILED', " - $name\n";
}

/** Returns who asks, or null. */
function identity(array $values): ?array
{
    global $vectors, $keys, $cache;
    $verifier = new Postern\Verifier($vectors['audience'], $keys, $cache);
    try {
        // What a web server makes of a header that comes twice.
        return $verifier->identity(implode(', ', $values), $vectors['now']);
    } catch (Exception) {
        return null;
    }
}

file_put_contents($keys, json_encode($vectors['jwks']));
foreach ($vectors['cases'] as $case) {
    $identity = identity($case['values']);
    $expected = $case['accepted'] ? $vectors['identity']['sub'] : null;
    check(($identity['sub'] ?? null) === $expected, $case['name']);
}

$good = $vectors['cases'][0]['values'];
unlink($cache);
file_put_contents($keys, '{"keys": []}');
check(!identity($good), 'a key that is not published');
file_put_contents($keys, json_encode($vectors['jwks']));
check(!identity($good), 'it is not looked for at once');
$known = json_decode(file_get_contents($cache), true);
file_put_contents($cache, json_encode(['fetched' => $known['fetched'] - 10] + $known));
check(identity($good) !== null, 'but after ten seconds');
unlink($keys);
check(identity($good) !== null, 'a known key is not fetched again');

array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
exit($failed ? 1 : 0);
