#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (properties::PATH_RULES.check)(data);
});
