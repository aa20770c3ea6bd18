#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (properties::FORWARDED_HEADERS.check)(data);
});
