<?php
// Calls Graph once and prints the answer.
if (!function_exists('curl_init')) {
    fwrite(STDERR, "it has no curl extension\n");
    exit(4);
}
$call = curl_init($argv[1]);
curl_setopt($call, CURLOPT_RETURNTRANSFER, true);
$answer = curl_exec($call);
if ($answer === false) {
    fwrite(STDERR, curl_error($call) . "\n");
    exit(1);
}
echo $answer, "\n";
