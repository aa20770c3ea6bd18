#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (properties::ID_TOKEN.check)(data);
});
