#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (properties::CALLBACK_QUERY.check)(data);
});
